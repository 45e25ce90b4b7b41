"""The reference answers and the package's own arithmetic, layers and models agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from cnncourse import layers, shapes
from cnncourse.authoring.source import Exercise
from cnncourse.models import build
from cnncourse.models.measure import layer_table

LENET = [
    ("conv", 6, 5, 1, 0), ("pool", 2, 2), ("conv", 16, 5, 1, 0), ("pool", 2, 2),
    ("dense", 120), ("dense", 84), ("dense", 10),
]  # fmt: skip


def _reference(exercises: Mapping[str, Exercise]) -> dict[str, Callable]:
    made: dict[str, Callable] = {"np": np}
    for name, answer in exercises["04_channels"].answers.items():
        if name != "twice_as_large":
            exec(answer, made)
    return made


def test_sizes_and_counts_agree_with_the_package(exercises: Mapping[str, Exercise]) -> None:
    ours = _reference(exercises)
    for settings in ((32, 5, 1, 2, 1), (17, 3, 2, 0, 3), (9, 4, 3, 1, 2)):
        assert ours["output_size"](*settings) == shapes.output_size(*settings)
    for settings in ((1, 1), (4, 1), (4, 3), (7, 2)):
        assert ours["same_padding"](*settings) == shapes.same_padding(*settings)
    size = shapes.conv_output_shape((30, 21), 5, 2, 1)
    assert ours["multiply_adds"](6, 9, 5, 30, 21, 2, 1, 3) == shapes.conv_multiply_adds(
        6, 9, 5, size, groups=3
    )


def test_convolutions_agree_with_the_package(exercises: Mapping[str, Exercise]) -> None:
    ours = _reference(exercises)
    rng = np.random.default_rng(4)
    x, bias = rng.normal(size=(2, 4, 8, 9)), rng.normal(size=6)
    weight = rng.normal(size=(6, 2, 3, 2))
    options = {"stride": 2, "padding": 1, "dilation": 2, "groups": 2}
    np.testing.assert_allclose(
        ours["conv2d"](x, weight, bias, **options), layers.conv2d(x, weight, bias, **options)
    )
    mix = rng.normal(size=(3, 4))
    np.testing.assert_allclose(
        ours["conv1x1"](x, mix, bias[:3]), layers.conv2d(x, mix[:, :, None, None], bias[:3])
    )
    depthwise = rng.normal(size=(4, 3, 2))
    np.testing.assert_allclose(
        ours["depthwise_separable"](x, depthwise, mix),
        layers.depthwise_separable_conv2d(x, depthwise[:, None], mix[:, :, None, None]),
    )


def test_the_table_of_lenet_is_the_models(exercises: Mapping[str, Exercise]) -> None:
    """The model's own layers, asked by hooks, report as many values and parameters."""
    ours = _reference(exercises)
    model = build("lenet5")
    theirs = [(np.prod(row.output_shape), row.parameters) for row in layer_table(model)]
    table = ours["activation_table"]((1, 32, 32), LENET)
    assert [(values, parameters) for _, values, parameters in table] == theirs
