"""Two networks that train each other."""

import pytest
import torch
from torch import nn

from cnncourse.errors import ArgumentError
from cnncourse.training.adversarial import Match, compete


class Place(nn.Module):
    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))


def test_each_network_follows_its_own_loss_alone():
    chaser, target = Place(0.0), Place(1.0)
    losses = (
        lambda step: (chaser.value - target.value.detach()).square(),
        lambda step: (target.value - 3).square(),
    )
    seen = compete(chaser, target, losses, Match(steps=300, lr=0.1))
    assert target.value.item() == pytest.approx(3, abs=1e-2)
    assert chaser.value.item() == pytest.approx(3, abs=5e-2)
    assert seen[0][-1] < 1e-2 < seen[0][0]


def test_steps_modes_and_looks_are_as_promised():
    first, second = Place(0.0), Place(0.0)
    taken, modes, told = [], [], []

    def loss(name, network):
        def of(step):
            taken.append(name)
            assert network.training
            return network.value.square()

        return of

    seen = compete(
        first, second, (loss("generator", first), loss("discriminator", second)),
        Match(steps=4, generator_steps=2),
        lambda done, total, words: told.append((done, total)),
        lambda step: modes.append((first.training, second.training)),
    )  # fmt: skip
    assert taken == ["discriminator", "generator", "generator"] * 4
    assert modes == [(False, False)] * 4
    assert told[-1] == (4, 4)
    assert [len(part) for part in seen] == [4, 4]
    assert not first.training


def test_arguments_are_named():
    with pytest.raises(ArgumentError, match="generator_steps: expected at least 1, got 0"):
        Match(steps=1, generator_steps=0)
    with pytest.raises(ArgumentError, match="steps"):
        Match(steps=0)
