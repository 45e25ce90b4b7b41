"""The reference answers and the package's own metrics, layers and U-Net agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import nn

from cnncourse import layers
from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.metrics import masks


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    made: dict[str, Any] = {"np": np, "torch": torch, "nn": nn}
    for name, answer in read_exercise(ROOT / "exercises/17_segmentation").answers.items():
        if name != "which_number":
            exec(answer, made)
    return made


def test_metrics_and_stamps_agree_with_the_package(ours: dict[str, Any]) -> None:
    rng = np.random.default_rng(17)
    answer, truth = rng.integers(4, size=(2, 6, 7))
    np.testing.assert_allclose(ours["mean_iou"](answer, truth, 5), masks.mean_iou(answer, truth, 5))
    np.testing.assert_allclose(
        ours["dice"](answer > 1, truth > 1), masks.dice(answer > 1, truth > 1)
    )
    stamped = layers.conv_transpose2d(np.ones((1, 1, 5, 1)), np.ones((1, 1, 4, 1)), stride=(3, 1))
    np.testing.assert_array_equal(ours["stamps"](5, 4, 3), stamped.ravel())


def test_instances_are_those_of_scipy(ours: dict[str, Any]) -> None:
    mask = np.random.default_rng(18).random((20, 30)) < 0.55
    np.testing.assert_array_equal(ours["instances"](mask), ndimage.label(mask)[0])
