"""The reference answers and the package's own arithmetic and networks agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch

from cnncourse import shapes
from cnncourse.authoring.source import Exercise


def _reference(exercises: Mapping[str, Exercise]) -> dict[str, Callable]:
    made: dict[str, Callable] = {"np": np}
    for name, answer in exercises["01_why_not_dense"].answers.items():
        if name != "claim_or_measurement":
            exec(answer, made)
    return made


def test_counts_agree_with_the_package(exercises: Mapping[str, Exercise]) -> None:
    ours = _reference(exercises)
    for bias in (True, False):
        assert ours["dense_parameters"]((3, 5, 7), 11, bias) == shapes.dense_parameters(
            3 * 5 * 7, 11, bias
        )
        assert ours["conv_parameters"](6, 9, (2, 5), 3, bias) == shapes.conv_parameters(
            6, 9, (2, 5), 3, bias
        )


def test_the_dense_and_the_shared_design_have_as_many_weights_as_layers_of_pytorch(
    exercises: Mapping[str, Exercise],
) -> None:
    dense, _, shared = _reference(exercises)["three_designs"]((2, 6, 7), 3, 4)
    convolution = torch.nn.Conv2d(2, 3, 4, bias=False)
    outputs = convolution(torch.zeros(1, 2, 6, 7)).numel()
    assert dense == torch.nn.Linear(2 * 6 * 7, outputs, bias=False).weight.numel()
    assert shared == convolution.weight.numel()


def test_the_twin_of_a_whole_network_does_not_notice(exercises: Mapping[str, Exercise]) -> None:
    ours = _reference(exercises)
    rng = np.random.default_rng(1)
    images, order = rng.random((4, 5, 6)), rng.permutation(30)
    network = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(30, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3)
    ).double()
    with torch.no_grad():
        plain = network(torch.tensor(images))
        twin = ours["twin_weights"](network[1].weight.numpy(), order)
        network[1].weight.copy_(torch.tensor(twin))
        shuffled = ours["shuffle_pixels"](images, order)
        torch.testing.assert_close(network(torch.tensor(shuffled)), plain)
    np.testing.assert_array_equal(ours["unshuffle_pixels"](shuffled, order), images)
