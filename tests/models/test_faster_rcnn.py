"""The detector in two stages: who learns what, and what is found when every part is right."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from cnncourse.compat import repair_torchvision
from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.metrics.boxes import iou
from cnncourse.metrics.detection import Objects
from cnncourse.models.faster_rcnn import (
    PROPOSALS,
    SAMPLED,
    TwoStageDetector,
    assign,
    full_size,
    sample,
)
from cnncourse.shapes import conv_parameters, dense_parameters

repair_torchvision()
from torchvision.models.detection._utils import Matcher  # noqa: E402
from torchvision.ops import box_iou  # noqa: E402

BOXES = np.array([[6.0, 8, 26, 24], [36, 30, 58, 60]])


def paint(boxes):
    y, x = np.mgrid[:64, :64]
    inside = [(x1 <= x) & (x < x2) & (y1 <= y) & (y < y2) for x1, y1, x2, y2 in boxes]
    return np.array(inside, dtype=bool).reshape(-1, 64, 64)


TRUE = [Objects(BOXES, [2, 0], masks=paint(BOXES)), Objects([], [], masks=paint([]))]


@pytest.fixture
def network():
    torch.manual_seed(0)
    return TwoStageDetector(num_classes=3, width=4, hidden=8)


@pytest.fixture(scope="module")
def images():
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def test_anchors_are_assigned_as_torchvision_does(network, images):
    anchors = network.anchors(images)
    labels, nearest = assign(anchors, BOXES, 0.7, 0.3, best=True)
    overlaps = box_iou(torch.tensor(BOXES), torch.tensor(anchors))
    theirs = Matcher(0.7, 0.3, allow_low_quality_matches=True)(overlaps).numpy()
    assert np.array_equal(labels, np.where(theirs >= 0, 1, np.where(theirs == -1, 0, -1)))
    assert np.array_equal(nearest[labels == 1], theirs[labels == 1])
    assert len(anchors) == 16 * 16 * 9


def test_where_nothing_is_everything_is_background():
    labels, _ = assign(BOXES, np.empty((0, 4)), 0.7, 0.3, best=True)
    assert labels.tolist() == [0, 0]


def test_samples_hold_at_most_half_objects():
    torch.manual_seed(0)
    labels = np.repeat([1, 0, -1], [30, 50, 20])
    chosen = sample(labels, 16)
    assert labels[chosen].tolist() == [1] * 8 + [0] * 8
    assert len(set(chosen)) == 16
    few = sample(np.repeat([1, 0], [2, 5]), 16)
    assert sorted(few) == list(range(7))


def test_every_parameter_is_counted_and_trained(network, images):
    widths, c, classes, anchors = (3, 4, 8, 64, 64), 64, 3, 9
    norm = [conv_parameters(a, b, 3, bias=False) + 2 * b for a, b in pairwise(widths)]
    same = conv_parameters(c, c, 3, bias=False) + 2 * c
    expected = sum(
        [
            *norm,
            same + conv_parameters(c, anchors, 1) + conv_parameters(c, 4 * anchors, 1),
            dense_parameters(7 * 7 * c, 8) + dense_parameters(8, classes + 1),
            dense_parameters(8, 4 * classes),
            2 * same + conv_parameters(c, c, 2) + conv_parameters(c, classes, 1),
        ]
    )
    assert sum(parameter.numel() for parameter in network.parameters()) == expected
    for seed in range(3):  # a unit of the box head may be asleep for one batch
        torch.manual_seed(seed)
        network.loss(images, TRUE).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_regions_that_are_trained_on(network, images):
    guess = Objects([[7.0, 9, 27, 25], [0, 40, 20, 60], [38, 32, 60, 62]], [0, 0, 0])
    regions = network._regions([guess, Objects([[1.0, 1, 9, 9]], [0])], TRUE)
    assert (regions.image == np.repeat([0, 1], [5, 1])).all()
    assert sorted(regions.classes.tolist()) == [0, 0, 1, 1, 3, 3]
    assert len(regions.boxes) <= 2 * SAMPLED[1]
    there = regions.classes > 0
    owners = np.where(regions.classes[there] == 3, 0, 1)
    assert (iou(regions.boxes[there], BOXES)[np.arange(4), owners] >= 0.5).all()
    assert np.array_equal(regions.masks, paint(BOXES)[owners])
    exact = (regions.targets == 0).all(axis=1)
    assert exact.sum() == 2  # the true boxes themselves


def test_proposals_are_few_inside_and_apart(network, images):
    for regions in network.eval().propose(images):
        assert 1 <= len(regions) <= PROPOSALS
        assert (np.diff(regions.scores) <= 0).all()
        assert regions.boxes.min() >= 0
        assert regions.boxes.max() <= 64
        overlaps = iou(regions.boxes, regions.boxes) - np.eye(len(regions))
        assert overlaps.max() <= 0.7


def test_given_the_right_regions_the_second_stage_names_and_draws_what_it_learned(monkeypatch):
    """Sixty steps on three scenes: too few for a sure first stage, enough for the second."""
    from cnncourse.data.clutter import cluttered_shapes
    from cnncourse.labs.objects import truth
    from cnncourse.metrics.detection import mean_average_precision
    from cnncourse.training import Optimisation, descend

    torch.manual_seed(0)
    scenes = cluttered_shapes(3)
    images, true = torch.from_numpy(scenes.images), truth(scenes)
    network = TwoStageDetector(num_classes=6, width=16)
    options = Optimisation(lr=4e-3, clip=5)
    seen = descend(network, lambda step: network.loss(images, true), 60, options)
    assert seen[-1] < seen[0] / 3
    monkeypatch.setattr(network, "choose", lambda *_: true)
    network.train()  # the running statistics of so short a training lag behind
    found = network.detect(images)
    assert mean_average_precision(found, true) > 0.9
    assert mean_average_precision(found, true, by="masks") > 0.9


def test_nothing_found_is_no_error(network, images):
    for found in network.eval().detect(images, least=1.0):
        assert len(found) == 0
        assert found.masks.shape == (0, 64, 64)


def test_arguments_are_named(network, images):
    with pytest.raises(ShapeError, match="multiples of 4"):
        network.detect(images[..., :63])
    with pytest.raises(ArgumentError, match="true: expected objects with masks"):
        network.loss(images, [Objects(BOXES, [0, 1])] * 2)


@pytest.mark.parametrize(("masks", "published"), [(False, 41_755_286), (True, 44_401_393)])
def test_the_full_size_has_the_published_parameters_and_the_parts_of_ours(masks, published):
    """torchvision publishes weights whose batch normalisation, 53,120 parameters, is frozen."""
    with torch.device("meta"):
        model = full_size(masks=masks)
    frozen = sum(
        parameter.numel()
        for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)
        for parameter in module.parameters()
    )  # fmt: skip
    total = sum(parameter.numel() for parameter in model.parameters())
    assert (total - frozen, frozen) == (published, 53_120)
    parts = {name for name, _ in model.named_children()}
    assert {"backbone", "rpn", "roi_heads"} <= parts
    heads = {name for name, _ in model.roi_heads.named_children()}
    assert {"box_roi_pool", "box_head", "box_predictor"} <= heads
    assert ("mask_predictor" in heads) == masks
    # objectness of 3 anchors at each place of each of 5 levels, and 4 offsets for each
    assert model.rpn.head.cls_logits.out_channels == 3
    assert model.rpn.head.bbox_pred.out_channels == 12
    assert model.roi_heads.box_predictor.bbox_pred.out_features == 4 * 91
