"""The reference answers and the package's own poolings agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch

from cnncourse import layers
from cnncourse.authoring.source import Exercise
from cnncourse.inspection import shift_consistency
from cnncourse.instruments import pooling_shift


def _reference(exercises: Mapping[str, Exercise]) -> dict[str, Callable]:
    made: dict[str, Callable] = {"np": np}
    for name, answer in exercises["03_pooling"].answers.items():
        if name != "answer_a_friend":
            exec(answer, made)
    return made


def test_poolings_agree_with_the_package(exercises: Mapping[str, Exercise]) -> None:
    ours = _reference(exercises)
    x = np.random.default_rng(3).normal(size=(2, 8, 11))
    for size, stride in ((2, 2), (3, 2), (2, 3)):
        maxima, places = ours["max_pool2d"](x, size, stride)
        arriving = np.random.default_rng(4).normal(size=maxima.shape)
        np.testing.assert_array_equal(maxima, layers.max_pool2d(x[None], size, stride)[0])
        np.testing.assert_allclose(
            ours["max_pool2d_backward"](arriving, places, x.shape),
            layers.max_pool2d_backward(arriving[None], x[None], size, stride)[0],
        )
        np.testing.assert_allclose(
            ours["avg_pool2d"](x, size, stride), layers.avg_pool2d(x[None], size, stride)[0]
        )
    np.testing.assert_allclose(
        ours["global_avg_pool2d"](x[None]), layers.global_avg_pool2d(x[None])
    )


def test_places_are_those_of_pytorch(exercises: Mapping[str, Exercise]) -> None:
    x = np.random.default_rng(5).integers(0, 3, size=(2, 7, 8)).astype(float)  # with ties
    _, places = _reference(exercises)["max_pool2d"](x, 3, 2)
    _, theirs = torch.nn.functional.max_pool2d(torch.tensor(x), 3, 2, return_indices=True)
    np.testing.assert_array_equal(places, theirs.numpy())


def test_blur_is_the_anti_aliasing_of_the_instrument(exercises: Mapping[str, Exercise]) -> None:
    ours = _reference(exercises)
    x = np.random.default_rng(6).random((12, 12))
    dense = ours["max_pool2d"](x[None], 2, 1)[0]
    blurred = ours["blur_pool2d"](dense[:, 1:, 1:], [1, 2, 1], 2)[0]
    np.testing.assert_allclose(blurred, pooling_shift.pool(x, "blur", 2)[1:5, 1:5])


def test_a_network_that_forgets_places_is_consistent_for_both(
    exercises: Mapping[str, Exercise],
) -> None:
    network = torch.nn.Sequential(
        torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(1, 4)
    )
    images = np.random.default_rng(7).random((5, 6, 6)).astype(np.float32)

    def predict(x: np.ndarray) -> np.ndarray:
        return network(torch.tensor(x[:, None])).argmax(dim=1).numpy()

    ours = _reference(exercises)["shift_consistency"](predict, images, [(0, 1), (2, 3)])
    assert ours == shift_consistency(network, torch.ones(5, 1, 6, 6), size=4) == 1
