"""The reference answers and the package's own boxes and average precision agree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.metrics import boxes, detection


def test_boxes_and_average_precision_agree_with_the_package() -> None:
    ours: dict[str, Callable] = {"np": np}
    for name, answer in read_exercise(ROOT / "exercises/16_detection").answers.items():
        if name != "good_enough":
            exec(answer, ours)
    rng = np.random.default_rng(16)
    corners, sides, scores = (
        rng.uniform(0, 20, (12, 2)),
        rng.uniform(4, 12, (12, 2)),
        rng.random(12),
    )
    found = np.hstack([corners, corners + sides])
    true = found[:5] + rng.normal(size=(5, 4))
    overlaps = boxes.iou(found, true)
    np.testing.assert_allclose(ours["iou"](found, true), overlaps)
    assert ours["nms"](found, scores, 0.3) == boxes.nms(found, scores, 0.3).tolist()
    offsets = boxes.encode(found[:5], true)
    np.testing.assert_allclose(ours["encode"](found[:5], true), offsets)
    np.testing.assert_allclose(ours["decode"](offsets, true), boxes.decode(offsets, true))
    order = np.argsort(-scores)
    right = detection.match(overlaps[order]) >= 0
    np.testing.assert_array_equal(ours["right_finds"](overlaps, scores, 0.5)[order], right)
    expected = detection.average_precision(*detection.precision_recall(scores[order], right, 5))
    np.testing.assert_allclose(ours["average_precision"](scores[order], right, 5), expected)
