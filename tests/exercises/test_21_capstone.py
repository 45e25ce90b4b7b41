"""What students report of their recogniser is what the package counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import binomtest

from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.metrics import masks


def test_a_report_agrees_with_the_package_and_with_scipy() -> None:
    ours: dict[str, Callable] = {"np": np}  # type: ignore[dict-item]
    exec(read_exercise(ROOT / "exercises/21_capstone").answers["report"], ours)
    rng = np.random.default_rng(21)
    labels, predicted = rng.integers(5, size=(2, 80))
    said = ours["report"](labels, predicted, 5)
    np.testing.assert_array_equal(said["confusion"], masks.confusion(predicted, labels, 5))
    right = int((labels == predicted).sum())
    wilson = binomtest(right, 80).proportion_ci(method="wilson")
    np.testing.assert_allclose(said["interval"], wilson, atol=1e-5)
