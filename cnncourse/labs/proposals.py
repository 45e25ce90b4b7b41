"""Objects in two looks: regions first, then what is in each, to the pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from cnncourse.data.shapes import CLASSES, Scenes
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.labs.objects import (
    FOUND,
    SIZE,
    SURE,
    TRUE,
    batches,
    detect_all,
    draw_boxes,
    draw_parts,
    most_crowded,
    truth,
)
from cnncourse.metrics.boxes import iou, make_anchors
from cnncourse.metrics.detection import (
    COCO_THRESHOLDS,
    Objects,
    match,
    mean_average_precision,
    overlap,
)
from cnncourse.models.detection import GridDetector
from cnncourse.models.faster_rcnn import PROPOSALS, RATIOS, SCALES, TwoStageDetector, assign
from cnncourse.plots import show_images
from cnncourse.training import Optimisation, descend

Network = TypeVar("Network", TwoStageDetector, GridDetector)

FILLED = "boxes filled"
SHADES = np.array([[1, 0.5, 0], [0, 0.8, 1], [1, 0, 0.8], [0.5, 1, 0]])  # of masks


def run(plan: Plan) -> Outcome:
    """Train a detector in two stages with masks; compare it with one stage, and with its boxes."""
    train, test = draw_parts(plan.choose(2000, fast=200), plan.choose(200, fast=40), plan.seed)
    true = truth(test)
    network, losses = _train(TwoStageDetector(len(CLASSES)), "two stages", train, plan)
    single, single_losses = _train(GridDetector(len(CLASSES)), "one stage", train, plan)
    found = detect_all(network.detect, test.images, plan.device)
    regions = detect_all(network.propose, test.images, plan.device)
    measured = (
        *_measure_masks(found, true),
        Measured("mAP@0.5 of the boxes", mean_average_precision(found, true),
                 "one stage, after as many steps",
                 mean_average_precision(detect_all(single.detect, test.images, plan.device), true)),
        Measured(f"objects that one of {PROPOSALS} regions shows (IoU 0.5)", _recall(regions, true),
                 "windows in even rows", _recall([_even_rows()] * len(true), true), "%"),
    )  # fmt: skip
    crowd = most_crowded(true, 3)
    images = test.images[crowd]
    pictures = {
        "anchors": _draw_anchors(images[0], true[crowd[0]]),
        "regions": _draw_regions(images, [true[i] for i in crowd], [regions[i] for i in crowd]),
        "masks": _draw_masks(images, [found[i] for i in crowd], measured[0]),
    }
    return Outcome(measured, pictures, {"two stages": losses, "one stage": single_losses})


def _train(
    network: Network, stage: str, train: Scenes, plan: Plan
) -> tuple[Network, list[float]]:
    network.to(plan.device)
    batch = batches(train, plan.choose(16, fast=8), plan.seed, plan.device)
    losses = descend(
        network,
        lambda step: network.loss(*batch(step)),
        steps=plan.choose(400, fast=70),
        optimisation=Optimisation(lr=0.004, clip=5),
        meter=plan.meter(stage),
    )
    return network, losses


def _measure_masks(found: list[Objects], true: list[Objects]) -> tuple[Measured, Measured]:
    filled = [fill(objects) for objects in found]
    strict = [
        mean_average_precision(guess, true, COCO_THRESHOLDS, "101 points", "masks")
        for guess in (found, filled)
    ]
    return (
        Measured("mAP@[0.5:0.95] of the masks", strict[0], FILLED, strict[1]),
        Measured("mean IoU of the masks of what was found", mean_mask_iou(found, true), FILLED,
                 mean_mask_iou(filled, true), "%"),
    )  # fmt: skip


def fill(objects: Objects) -> Objects:
    """Give each object the mask of its whole box, as if there were no mask head.

    Examples
    --------
    >>> fill(Objects([[0, 0, 2, 1]], classes=[0])).masks[0, :2, :3].astype(int)
    array([[1, 1, 0],
           [0, 0, 0]])
    """
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    x1, y1, x2, y2 = objects.boxes.T[:, :, None, None]
    masks = (x1 <= x) & (x < x2) & (y1 <= y) & (y < y2)
    return Objects(objects.boxes, objects.classes, objects.scores, masks)


def mean_mask_iou(found: Sequence[Objects], true: Sequence[Objects]) -> float:
    """Average the IoU of masks over the objects whose box was found with an IoU of 0.5.

    Parameters
    ----------
    found, true : sequences of Objects
        For each image, with masks.

    Returns
    -------
    float
        0 if nothing was found.
    """
    values = []
    for guess, objects in zip(found, true, strict=True):
        matched = match(overlap(guess, objects))
        masks = overlap(guess, objects, "masks")
        values += [masks[row, column] for row, column in enumerate(matched) if column >= 0]
    return float(np.mean(values)) if values else 0.0


def _recall(regions: Sequence[Objects], true: Sequence[Objects]) -> float:
    """Return the share of objects that some region overlaps by half."""
    shown = [
        iou(objects.boxes, guess.boxes).max(axis=1, initial=0) >= 0.5
        for guess, objects in zip(regions, true, strict=True)
    ]
    return float(np.concatenate(shown).mean())


def _even_rows() -> Objects:
    """Lay as many windows of a usual object's size over the image as there are proposals."""
    rows = int(PROPOSALS**0.5)
    return Objects(make_anchors(rows, SIZE // rows, [SCALES[1]]), [0] * PROPOSALS)


def _draw_anchors(image: np.ndarray, objects: Objects) -> Picture:
    """Draw the anchors of one place, and those that are to find an object."""
    stride = TwoStageDetector.stride
    anchors = make_anchors(SIZE // stride, stride, SCALES, RATIOS)
    each = len(SCALES) * len(RATIOS)
    middle = (SIZE // stride // 2) * (SIZE // stride + 1) * each
    labels, _ = assign(anchors, objects.boxes, 0.7, 0.3, best=True)
    figure = show_images(
        [image, image],
        [f"{each} anchors of one of {len(anchors) // each} places", "those that show an object"],
    )
    left, right = figure.axes
    draw_boxes(left, anchors[middle : middle + each], FOUND)
    draw_boxes(right, objects.boxes, TRUE, dashed=True, width=1)
    draw_boxes(right, anchors[labels == 1], FOUND, width=0.8)
    alt = (
        f"A scene twice: on the left {each} boxes of three sizes and three shapes around one "
        f"point; on the right, around the dashed true boxes, the {(labels == 1).sum()} of "
        f"{len(anchors)} anchors that are trained to find one of the {len(objects)} objects."
    )
    return Picture(figure, alt)


def _draw_regions(
    images: np.ndarray, true: Sequence[Objects], regions: Sequence[Objects]
) -> Picture:
    figure = show_images(list(images))
    for axes, objects, guess in zip(figure.axes, true, regions, strict=True):
        draw_boxes(axes, guess.boxes, FOUND, width=0.7)
        draw_boxes(axes, objects.boxes, TRUE, dashed=True, width=1)
    alt = (
        f"Three test scenes with the regions that the first stage proposes, at most {PROPOSALS} in "
        f"each: of the objects in dashed boxes they show {100 * _recall(regions, true):.0f} %, "
        f"and some distractors."
    )
    return Picture(figure, alt)


def _draw_masks(images: np.ndarray, found: Sequence[Objects], measured: Measured) -> Picture:
    """Draw scenes above; below, in grey, every found object in a colour of its own."""
    shaded = []
    for image, guess in zip(images, found, strict=True):
        shown = np.repeat(image.mean(axis=0, keepdims=True), 3, axis=0) * 0.7
        masks = guess.take(guess.scores >= SURE).masks
        for k, mask in enumerate([] if masks is None else masks):
            shown[:, mask] = 0.3 * shown[:, mask] + 0.7 * SHADES[k % len(SHADES)][:, None]
        shaded.append(shown)
    figure = show_images([*images, *shaded], columns=len(images))
    for axes, guess in zip(figure.axes[len(images) :], found, strict=True):
        draw_boxes(axes, guess.take(guess.scores >= SURE).boxes, TRUE, width=0.6)
    alt = (
        f"Above, three test scenes; below, the same in gray, every found object shaded to its "
        f"edges in a colour of its own, in its box. The mean average precision of the masks is "
        f"{measured.value:.2f}; of filled boxes {measured.baseline_value:.2f}."
    )
    return Picture(figure, alt)
