"""What students write about layers is what the package's own layers compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from cnncourse import layers
from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT


@pytest.fixture(scope="module")
def reference() -> dict[str, Callable]:
    """The reference answers, as functions."""
    names: dict[str, Callable] = {"np": np}  # type: ignore[dict-item]
    for name, answer in read_exercise(ROOT / "exercises/05_layers").answers.items():
        if name != "explain_riddles":
            exec(answer, names)
    return names


def test_dense_relu_and_loss_agree_with_the_package(reference: Mapping[str, Callable]) -> None:
    rng = np.random.default_rng(1)
    x, weight, bias = rng.normal(size=(5, 3)), rng.normal(size=(4, 3)), rng.normal(size=4)
    grad, labels = rng.normal(size=(5, 4)), rng.integers(0, 4, 5)
    equal = np.testing.assert_allclose
    equal(reference["relu"](x), layers.relu(x))
    equal(reference["relu_backward"](x[::-1], x), layers.relu_backward(x[::-1], x))
    equal(reference["linear"](x, weight, bias), layers.dense(x, weight, bias))
    for ours, package in zip(
        reference["linear_backward"](grad, x, weight),
        layers.dense_backward(grad, x, weight),
        strict=True,
    ):
        equal(ours, package)
    loss, grad_scores = reference["softmax_cross_entropy"](grad, labels)
    equal(loss, layers.softmax_cross_entropy(grad, labels))
    equal(grad_scores, layers.softmax_cross_entropy_backward(grad, labels))


def test_batch_norm_and_dropout_agree_with_the_package(reference: Mapping[str, Callable]) -> None:
    rng = np.random.default_rng(2)
    x, grad = rng.normal(size=(2, 4, 3, 5, 2))
    weight, bias, mean, variance = rng.uniform(1, 2, size=(4, 3))
    equal = np.testing.assert_allclose
    batch_norm = reference["batch_norm"]
    y, *running = batch_norm(x, weight, bias, mean, variance, True)
    equal(y, layers.batch_norm(x, weight=weight, bias=bias))
    equal(running, layers.running_statistics(x, mean, variance))
    equal(
        batch_norm(x, weight, bias, mean, variance, False)[0],
        layers.batch_norm(x, mean, variance, weight, bias),
    )
    made = reference["batch_norm_backward"](grad, x, weight)
    package = layers.batch_norm_backward(grad, x, weight=weight)
    for ours, theirs in zip(made, package, strict=True):
        equal(ours, theirs, atol=1e-12)
    equal(reference["dropout"](x, 0.3, seed=7), layers.dropout(x, 0.3, rng=7))
