"""Average precision: by hand, and beside COCO's own program."""

import contextlib
import io

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.metrics.detection import (
    COCO_THRESHOLDS,
    Objects,
    average_precision,
    judge,
    match,
    mean_average_precision,
    precision_recall,
)

SIZE = 64


def test_average_precision_by_hand():
    """Five found, three right, four to find.

    right:      yes    no     yes    yes    no
    precision:  1      1/2    2/3    3/4    3/5
    recall:     1/4    1/4    1/2    3/4    3/4
    The best here or further on is 1 up to recall 1/4, then 3/4 up to 3/4, then nothing.
    """
    precision, recall = precision_recall([0.9, 0.8, 0.7, 0.6, 0.5], [1, 0, 1, 1, 0], truths=4)
    np.testing.assert_allclose(precision, [1, 1 / 2, 2 / 3, 3 / 4, 3 / 5])
    np.testing.assert_allclose(recall, [1 / 4, 1 / 4, 1 / 2, 3 / 4, 3 / 4])
    assert average_precision(precision, recall) == pytest.approx(1 / 4 + 3 / 4 * 1 / 2)
    # of the recalls 0, 0.01 ... 1: 26 up to 0.25, then 50 up to 0.75, then 25
    expected = (26 * 1 + 50 * 3 / 4) / 101
    assert average_precision(precision, recall, "101 points") == pytest.approx(expected)


def test_extremes():
    assert average_precision([1, 1], [0.5, 1]) == 1
    assert average_precision([1, 1], [0.5, 1], "101 points") == 1
    assert average_precision([], []) == average_precision([], [], "101 points") == 0
    true = [Objects([[0, 0, 4, 4]], [2])]
    assert mean_average_precision([Objects([], [])], true) == 0
    assert mean_average_precision(true, true, COCO_THRESHOLDS) == 1


def test_a_second_find_of_the_same_object_is_a_false_alarm():
    true = [Objects([[0, 0, 10, 10]], [0])]
    found = [Objects([[0, 0, 10, 9], [0, 0, 10, 10]], [0, 0], scores=[0.9, 0.8])]
    scores, right, truths = judge(found, true, category=0)
    assert (scores.tolist(), right.tolist(), truths) == ([0.9, 0.8], [True, False], 1)


def test_a_found_object_takes_the_free_true_one_it_overlaps_most():
    assert match([[0.6, 0.9], [0.7, 0.8], [0.2, 0.8]]).tolist() == [1, 0, -1]
    assert match(np.empty((2, 0))).tolist() == [-1, -1]
    assert match([[0.5]], threshold=0.5).tolist() == [0]


def test_classes_are_judged_apart():
    box = [[0, 0, 10, 10]]
    assert mean_average_precision([Objects(box, [1])], [Objects(box, [0])]) == 0
    both = [Objects(box * 2, [0, 1])]
    assert mean_average_precision([Objects(box, [1])], both) == 0.5


def paint(boxes):
    """Ellipses in boxes, so that masks overlap otherwise than boxes do."""
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    return np.array(
        [
            ((x - cx) / w) ** 2 + ((y - cy) / h) ** 2 <= 1 / 4
            for (cx, cy), (w, h) in zip(middles, sizes, strict=True)
        ]
    ).reshape(-1, SIZE, SIZE)


def draw_scene(rng):
    """True objects, and found ones: some of those moved, some of another class, some invented."""
    corner = rng.uniform(0, 40, (rng.integers(0, 6), 2))
    boxes = np.concatenate([corner, corner + rng.uniform(8, 24, corner.shape)], axis=1)
    classes = rng.integers(3, size=len(boxes))
    invented = rng.uniform([0, 0, 32, 32], [32, 32, 64, 64], (2, 4))
    moved = np.concatenate([boxes, boxes[:2], invented])
    moved = moved + rng.normal(0, 1.2, moved.shape)
    guesses = np.concatenate([classes, classes[:2], rng.integers(3, size=2)])
    wrong = rng.random(len(guesses)) < 0.15
    guesses[wrong] = rng.integers(3, size=wrong.sum())
    found = Objects(moved, guesses, rng.random(len(moved)), paint(moved))
    return found, Objects(boxes, classes, masks=paint(boxes))


def annotations(scenes, with_scores):
    rows = []
    for image, objects in enumerate(scenes):
        for k in range(len(objects)):
            x1, y1, x2, y2 = objects.boxes[k].tolist()
            rows.append(
                {
                    "id": len(rows) + 1, "image_id": image, "iscrowd": 0,
                    "category_id": int(objects.classes[k]),
                    "bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1),
                    "segmentation": coco_mask.encode(np.asfortranarray(objects.masks[k], np.uint8)),
                }
                | ({"score": float(objects.scores[k])} if with_scores else {})
            )  # fmt: skip
    return rows


@pytest.mark.parametrize(("by", "kind"), [("boxes", "bbox"), ("masks", "segm")])
def test_beside_the_program_of_coco(by, kind):
    rng = np.random.default_rng(0)
    found, true = zip(*[draw_scene(rng) for _ in range(40)], strict=True)
    truth = COCO()
    truth.dataset = {
        "images": [{"id": i, "height": SIZE, "width": SIZE} for i in range(40)],
        "categories": [{"id": c} for c in range(3)],
        "annotations": annotations(true, with_scores=False),
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        guesses = COCO()
        guesses.dataset = truth.dataset | {"annotations": annotations(found, with_scores=True)}
        guesses.createIndex()
        judged = COCOeval(truth, guesses, kind)
        judged.evaluate()
        judged.accumulate()
        judged.summarize()
    assert 0.2 < judged.stats[0] < 0.8  # the case says something
    for thresholds, expected in ((COCO_THRESHOLDS, judged.stats[0]), (0.5, judged.stats[1])):
        ours = mean_average_precision(found, true, thresholds, "101 points", by)
        assert ours == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: precision_recall([0.5], [True], 0), ArgumentError, "truths: expected at least 1"),
        (lambda: precision_recall([0.5], [], 1), ShapeError, "right: expected one for each of 1"),
        (lambda: average_precision([1], [1], "11 points"), ArgumentError, "interpolation"),
        (lambda: average_precision([1, 1], [1, 0.5]), ArgumentError, "recall: expected numbers"),
        (lambda: Objects([[0, 0, 1, 1]], [0, 1]), ShapeError, "classes: expected one"),
        (lambda: judge([], [Objects([], [])], 0), ArgumentError, "found: expected objects of 1"),
        (lambda: judge([], [], 0, by="points"), ArgumentError, "by: expected 'boxes' or 'masks'"),
        (lambda: mean_average_precision([], []), ArgumentError, "true: expected at least one"),
        (
            lambda: judge([Objects([], [])], [Objects([], [])], 0, by="masks"),
            ArgumentError, "by: expected 'boxes' where",
        ),
        (lambda: match([0.5]), ShapeError, "overlaps: expected"),
    ],
)  # fmt: skip
def test_arguments_are_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
