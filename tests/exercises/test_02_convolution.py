"""The exercise's reference gives what the package gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnncourse import layers
from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT


def test_reference_agrees_with_the_package() -> None:
    reference: dict[str, Callable] = {"np": np}
    for name, answer in read_exercise(ROOT / "exercises/02_convolution").answers.items():
        if name != "explain_flip":
            exec(answer, reference)
    rng = np.random.default_rng(2)
    x, weight, bias = rng.normal(size=(3, 7, 9)), rng.normal(size=(4, 3, 2, 3)), rng.normal(size=4)
    np.testing.assert_allclose(
        reference["conv2d"](x, weight, bias), layers.conv2d(x[None], weight, bias)[0]
    )
    np.testing.assert_allclose(
        reference["one_map"](x, weight[0], stride=2, padding=1),
        layers.conv2d(x[None], weight[:1], stride=2, padding=1)[0, 0],
    )
    np.testing.assert_allclose(
        reference["correlate2d"](x[0], weight[0, 0]), layers.correlate2d(x[0], weight[0, 0])
    )
    ours = reference["make_kernels"]()
    for name, theirs in (("edges_x", "sobel_x"), ("edges_y", "sobel_y"), ("blur", "box_blur"),
                         ("sharpen", "sharpen")):  # fmt: skip
        np.testing.assert_allclose(ours[name], layers.KERNELS[theirs])
