"""Objects in one look: where they are and what, on photographs among things that are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cnncourse.data.shapes import CLASSES
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.labs.objects import (
    FOUND,
    SIZE,
    batches,
    detect_all,
    draw_boxes,
    draw_parts,
    most_crowded,
    show_objects,
    truth,
)
from cnncourse.labs.sliding import SlidingWindow
from cnncourse.metrics.detection import (
    COCO_THRESHOLDS,
    Objects,
    average_precision,
    judge,
    mean_average_precision,
    precision_recall,
)
from cnncourse.models.detection import GridDetector
from cnncourse.plots import new_figure, show_images
from cnncourse.training import Optimisation, descend

LIKELY = 0.15  # score from which doubles are drawn
BEFORE = "sliding window: oriented edges, logistic regression"


def run(plan: Plan) -> Outcome:
    """Train a detector that looks once; compare it with a window that slides over the image."""
    train, test = draw_parts(plan.choose(2400, fast=500), plan.choose(200, fast=40), plan.seed)
    true = truth(test)
    network = GridDetector(len(CLASSES), width=plan.choose(24, fast=12)).to(plan.device)
    batch = batches(train, plan.choose(32, fast=16), plan.seed, plan.device)
    losses = descend(
        network,
        lambda step: network.loss(*batch(step)),
        steps=plan.choose(800, fast=300),
        optimisation=Optimisation(lr=0.012),
        meter=plan.meter("one look"),
    )
    found = detect_all(network.detect, test.images, plan.device)
    learned = plan.choose(400, fast=20)
    slides = SlidingWindow(SIZE, len(CLASSES), plan.seed)
    slides.fit(train.images[:learned], truth(train)[:learned])
    before = slides.detect(test.images)
    measured = (
        Measured("mAP@0.5, boxes in clutter", mean_average_precision(found, true), BEFORE,
                 mean_average_precision(before, true)),
        Measured("mAP@[0.5:0.95] as in COCO", _strict(found, true), BEFORE, _strict(before, true)),
    )  # fmt: skip
    crowd = most_crowded(true, 6)
    images, shown = test.images[crowd], [found[i] for i in crowd]
    doubled = detect_all(
        lambda images: network.detect(images, threshold=1), images[:3], plan.device
    )
    pictures = {
        "scenes": _draw_scenes(images, [true[i] for i in crowd], shown, measured[0]),
        "curves": _draw_curves({"one look": found, "sliding window": before}, true),
        "suppression": _draw_suppression(images[:3], doubled, shown[:3]),
    }
    return Outcome(measured, pictures, {"one look": losses})


def _strict(found: Sequence[Objects], true: Sequence[Objects]) -> float:
    return mean_average_precision(found, true, COCO_THRESHOLDS, "101 points")


def _draw_scenes(
    images: np.ndarray, true: list[Objects], found: list[Objects], measured: Measured
) -> Picture:
    figure = show_objects(list(images), true, found)
    alt = (
        f"Six test scenes with {sum(map(len, true))} shapes on pieces of a photograph, true boxes "
        f"dashed, found ones solid with class and score; over all test scenes the mean average "
        f"precision is {measured.value:.2f}, that of the sliding window "
        f"{measured.baseline_value:.2f}."
    )
    return Picture(figure, alt)


def _draw_curves(detectors: Mapping[str, Sequence[Objects]], true: Sequence[Objects]) -> Picture:
    """Draw precision over recall, the classes together."""
    figure = new_figure(height=3.4)
    axes = figure.subplots()
    areas = []
    for name, found in detectors.items():
        judged = [judge(found, true, category) for category in range(len(CLASSES))]
        scores, right, truths = zip(*judged, strict=True)
        precision, recall = precision_recall(
            np.concatenate(scores), np.concatenate(right), sum(truths)
        )
        areas.append(f"{name} {average_precision(precision, recall):.2f}")
        axes.plot(recall, precision, label=f"{areas[-1]} below the curve")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.01), ylim=(0, 1.05))
    axes.legend(loc="best")
    alt = (
        "Precision over recall at an IoU of 0.5, all classes together, from the surest find to "
        f"the least sure; the areas below the curves: {', '.join(areas)}."
    )
    return Picture(figure, alt)


def _draw_suppression(
    images: np.ndarray, doubled: list[Objects], kept: list[Objects]
) -> Picture:
    """Draw the boxes that the network is rather sure of, above all of them, below those kept."""
    doubled, kept = (
        [objects.take(objects.scores >= LIKELY) for objects in row] for row in (doubled, kept)
    )
    figure = show_images([*images, *images], columns=len(images))
    for axes, objects in zip(figure.axes, [*doubled, *kept], strict=True):
        draw_boxes(axes, objects.boxes, FOUND, width=1)
        axes.set_title(f"{len(objects)} boxes")
    counts = [f"{len(many)} to {len(few)}" for many, few in zip(doubled, kept, strict=True)]
    alt = (
        f"Three test scenes. Above, every box with a score of at least {LIKELY}; below, what "
        f"non-maximum suppression leaves of them: from {', '.join(counts)}."
    )
    return Picture(figure, alt)
