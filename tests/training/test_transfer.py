"""Transfer: what is frozen stays, what should learn does, mistakes in preprocessing are caught."""

import time

import numpy as np
import pytest
import torch
from torch import nn

from cnncourse.data import load, resize
from cnncourse.errors import ArgumentError
from cnncourse.training import Machine, Optimisation, TrainConfig, evaluate, fit
from cnncourse.training.transfer import (
    Frozen,
    Normalise,
    Preprocessing,
    accuracy_by_labels,
    cached_features,
    check_preprocessing,
    discriminative_groups,
    gradual_unfreezing,
)

CPU = Machine(device="cpu", precision="float32")


def build(classes, channels=1):
    """Stages and a head for images of any size."""
    block = lambda c, d: nn.Sequential(  # noqa: E731
        nn.Conv2d(c, d, 3, padding=1), nn.BatchNorm2d(d), nn.ReLU(), nn.MaxPool2d(2)
    )
    stages = nn.Sequential(block(channels, 16), block(16, 32), block(32, 32))
    return stages, nn.Sequential(nn.Flatten(), nn.Linear(32, classes))


@pytest.fixture(scope="module")
def pretrained():
    """Stages that can tell the digits 0 to 4."""
    torch.manual_seed(0)
    stages, head = build(5)
    fit(nn.Sequential(stages, head), part(range(5), "train"), None,
        TrainConfig(8, 32, optimisation=Optimisation(lr=0.01), machine=CPU))
    return stages


def part(classes, split):
    """Digits of some classes, counted anew from 0."""
    data = load("digits", split)
    chosen = data.take(np.isin(data.labels, classes))
    labels = np.searchsorted(list(classes), chosen.labels)
    return type(data)(f"digits {classes}", chosen.images, labels, tuple(map(str, classes)))


def test_frozen_stays_as_it_is(pretrained, digits):
    before = {name: t.clone() for name, t in pretrained.state_dict().items()}
    stages, head = build(10)
    stages.load_state_dict(before)
    model = nn.Sequential(Frozen(stages), head)
    learned = head[1].weight.detach().clone()
    fit(model, digits[0], None, TrainConfig(1, machine=CPU))
    assert not torch.equal(head[1].weight, learned)
    for name, tensor in stages.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_cached_features_train_the_same_head(pretrained, digits):
    heads = []
    for cached in (False, True):
        torch.manual_seed(1)
        head = build(10)[1]
        config = TrainConfig(3, machine=CPU)
        if cached:
            fit(head, cached_features(pretrained, digits[0], machine=CPU), None, config)
        else:
            fit(nn.Sequential(Frozen(pretrained), head), digits[0], None, config)
        heads.append(head[1].weight)
    torch.testing.assert_close(heads[0], heads[1], rtol=1e-4, atol=1e-6)


def test_an_epoch_on_cached_features_is_quick(pretrained, digits):
    features = cached_features(pretrained, digits[0], machine=CPU)
    fit(build(10)[1], features, None, TrainConfig(1, machine=CPU))
    used = time.process_time()
    fit(build(10)[1], features, None, TrainConfig(4, machine=CPU))
    assert (time.process_time() - used) / 4 < 0.5


def test_gradual_unfreezing_goes_from_the_head_down(pretrained):
    stages, head = build(5)
    stages.load_state_dict(pretrained.state_dict())
    unfreeze, seen = gradual_unfreezing(stages, epochs_each=2), []

    def look(epoch, model):
        unfreeze(epoch, model)
        seen.append((
            [all(p.requires_grad for p in stage.parameters()) for stage in stages],
            [stage[1].training for stage in stages],
            stages[2][0].weight.detach().clone(),
        ))

    fit(nn.Sequential(stages, head), part(range(5, 10), "train"), None,
        TrainConfig(7, machine=CPU), before_epoch=look,
        groups=lambda _: discriminative_groups(stages, head, 0.01, 0.01))
    thawed = [row[0] for row in seen]
    assert thawed[0] == thawed[1] == [False, False, False]
    assert thawed[2] == [False, False, True]
    assert thawed[4] == [False, True, True]
    assert thawed[6] == [True, True, True]
    assert [row[1] for row in seen] == thawed
    assert torch.equal(seen[2][2], pretrained[2][0].weight)
    assert not torch.equal(seen[3][2], pretrained[2][0].weight)


def test_every_weight_is_in_one_group():
    stages, head = build(5)
    groups = discriminative_groups(stages, head, 1.0, 0.1, ratio=0.5)
    grouped = [id(p) for group in groups for p in group["params"]]
    assert sorted(grouped) == sorted(id(p) for p in [*stages.parameters(), *head.parameters()])
    assert {g["lr"] for g in groups} == {1.0, 0.5, 0.25, 0.125}
    assert all(p.ndim < 2 for g in groups if g["weight_decay"] == 0 for p in g["params"])
    with pytest.raises(ArgumentError, match="ratio: expected above 0, at most 1"):
        discriminative_groups(stages, head, 1.0, 0.1, ratio=2)


def test_normalising_is_part_of_the_network():
    x = torch.rand(50, 3, 8, 8)
    done = Normalise(x.mean((0, 2, 3)).tolist(), x.std((0, 2, 3)).tolist())(x)
    assert done.mean((0, 2, 3)).abs().max() < 1e-5
    assert torch.allclose(done.std((0, 2, 3)), torch.ones(3), atol=1e-5)
    assert not Normalise([0.5], [0.5]).state_dict()


@pytest.fixture(scope="module")
def colours():
    """Natural images, warm enough that red and blue can be told by their means."""
    data = load("photographs")
    return data.images[data.labels == data.classes.index("cat")]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda x: x[:, ::-1], "channel order: in the order blue, green, red"),
        (lambda x: x * 255, "were they divided by 255?"),
        (lambda x: x / 255, "divided by 255 twice"),
        (lambda x: (x - 0.5) / 0.25, "are mean and deviation those of the training"),
        (lambda x: x.mean(axis=1, keepdims=True).repeat(3, axis=1), "these are gray images"),
        (lambda x: x[:, :, ::2, ::2], "resolution: 16 pixels, the network was trained on 32"),
        (lambda x: x[:, :1], "channels: 1, the network was trained on 3"),
    ],
)
def test_silent_mistakes_are_caught(colours, spoil, words):
    expected = Preprocessing.of(colours[::2])
    assert check_preprocessing(colours[1::2], expected) == []
    problems = check_preprocessing(spoil(colours[1::2]), expected)
    assert len(problems) == 1
    assert words in problems[0]


def test_a_wrong_range_fails_in_silence():
    """The same network, the same images, a hundredth of the range: no error, and far worse."""
    torch.manual_seed(0)
    train, test = load("digits"), load("digits", "test")
    stages, head = build(10)
    model = fit(nn.Sequential(stages, head), train, None,
                TrainConfig(5, 64, optimisation=Optimisation(lr=0.01), machine=CPU)).model
    wrong = type(test)("wrong", test.images / 255, test.labels, test.classes)
    assert evaluate(model, test, machine=CPU)[1] > 0.9
    assert evaluate(model, wrong, machine=CPU)[1] < 0.5


def test_the_measurement_has_a_row_for_each_count(pretrained):
    train, test = part(range(5, 10), "train"), part(range(5, 10), "test")
    config = TrainConfig(8, 16, optimisation=Optimisation(lr=0.01), machine=CPU)
    shots = accuracy_by_labels(build, pretrained, train, test, (2, 40), config, seeds=(0,))
    assert set(shots.accuracy) == {"scratch", "frozen", "fine-tuned"}
    for accuracy in shots.accuracy.values():
        assert accuracy.shape == (2, 1)
        assert accuracy[1].mean() > accuracy[0].mean()
    assert shots.accuracy["fine-tuned"][1].min() > 0.85


def test_resized_digits_can_be_transferred(pretrained):
    """Stages without a fixed size take the images at another resolution."""
    features = cached_features(pretrained, resize(part(range(5), "test"), 16), machine=CPU)
    assert features.images.shape[1:] == (32, 2, 2)
