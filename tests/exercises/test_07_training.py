"""What students write of training is what the package computes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cnncourse import layers
from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.gradcheck import numerical_gradient


@pytest.fixture(scope="module")
def reference() -> dict[str, Callable]:
    """The reference answers, as functions."""
    names: dict[str, Callable] = {"np": np}  # type: ignore[dict-item]
    for name, answer in read_exercise(ROOT / "exercises/07_training").answers.items():
        if name not in ("explain_failures", "loss_and_gradients", "fit"):
            exec(answer, names)
    return names


def test_columns_and_gradients_of_a_convolution_agree(reference: dict[str, Callable]) -> None:
    rng = np.random.default_rng(1)
    x, weight = rng.normal(size=(2, 3, 7, 6)), rng.normal(size=(4, 3, 3, 2))
    y = layers.conv2d(x, weight, stride=2, padding=1)
    columns = reference["im2col"](x, (3, 2), 2, 1)
    np.testing.assert_allclose((weight.reshape(4, -1) @ columns).reshape(y.shape), y)
    grad = rng.normal(size=y.shape)
    made = reference["conv2d_backward"](grad, x, weight, 2, 1)
    package = layers.conv2d_backward(grad, x, weight, stride=2, padding=1)
    for ours, theirs in zip(made, package, strict=True):
        np.testing.assert_allclose(ours, theirs)
    spread = weight.reshape(4, -1).T @ grad.reshape(2, 4, -1)
    back = reference["col2im"](spread, x.shape, (3, 2), 2, 1)
    np.testing.assert_allclose(back, package[0])


def test_steps_and_measured_gradients_agree(reference: dict[str, Callable]) -> None:
    rng = np.random.default_rng(2)
    param, grad, mean = rng.normal(size=(3, 4))
    square = rng.uniform(1, 2, 4)
    np.testing.assert_allclose(
        reference["adam_step"](param, grad, mean, square, 3, 0.1),
        layers.adam_step(param, grad, mean, square, 3, 0.1),
    )
    np.testing.assert_allclose(
        reference["momentum_step"](param, grad, mean, 0.1, 0.8),
        layers.sgd_step(param, grad, mean, 0.1, 0.8),
    )
    measured = reference["numerical_gradient"](lambda x: float(np.sin(x).sum()), param)
    np.testing.assert_allclose(measured, numerical_gradient(np.sin, param), atol=1e-8)
    assert reference["gradients_agree"](measured, np.cos(param))
    assert not reference["gradients_agree"](measured, np.sin(param))
