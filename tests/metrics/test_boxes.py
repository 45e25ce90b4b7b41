"""The arithmetic of boxes, by hand and beside torchvision's."""

import numpy as np
import pytest
import torch

from cnncourse.compat import repair_torchvision
from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.metrics.boxes import (
    area,
    clip,
    decode,
    encode,
    iou,
    make_anchors,
    mask_iou,
    nms,
)

repair_torchvision()
from torchvision.models.detection import _utils, anchor_utils, image_list  # noqa: E402
from torchvision.ops import batched_nms, box_area, box_iou, clip_boxes_to_image  # noqa: E402
from torchvision.ops import nms as torchvision_nms  # noqa: E402


def draw_boxes(count, seed=0, size=100.0):
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 0.8 * size, (count, 2))
    return np.concatenate([corner, corner + rng.uniform(1, 0.4 * size, (count, 2))], axis=1)


def test_overlap_by_hand():
    # 1 pixel in common, 4 + 4 - 1 in either; beside each other; inside: 4 of 16
    a = [[0, 0, 2, 2], [0, 0, 4, 4]]
    b = [[1, 1, 3, 3], [2, 0, 4, 2]]
    np.testing.assert_allclose(iou(a, b), [[1 / 7, 0], [4 / 16, 4 / 16]])


def test_overlap_and_area_beside_torchvision():
    a, b = draw_boxes(40), draw_boxes(30, seed=1)
    np.testing.assert_allclose(iou(a, b), box_iou(torch.tensor(a), torch.tensor(b)), atol=1e-12)
    np.testing.assert_allclose(area(a), box_area(torch.tensor(a)))


def test_empty_and_inverted_boxes_overlap_nothing():
    assert iou([], [[0, 0, 1, 1]]).shape == (0, 1)
    assert iou([[3, 3, 3, 3], [5, 5, 2, 2]], [[3, 3, 3, 3], [0, 0, 9, 9]]).tolist() == [[0, 0]] * 2


def test_overlap_of_masks_is_that_of_boxes_painted():
    boxes = draw_boxes(12).round()
    y, x = np.mgrid[:100, :100]
    masks = np.array([(x1 <= x) & (x < x2) & (y1 <= y) & (y < y2) for x1, y1, x2, y2 in boxes])
    np.testing.assert_allclose(mask_iou(masks[:5], masks), iou(boxes[:5], boxes))


def test_anchors_keep_their_area_and_middle():
    anchors = make_anchors((3, 5), stride=8, scales=[8, 16], ratios=[0.5, 1, 2])
    assert anchors.shape == (3 * 5 * 6, 4)
    np.testing.assert_allclose(area(anchors).reshape(15, 6), [[64] * 3 + [256] * 3] * 15)
    width, height = (anchors[:, 2:] - anchors[:, :2]).T
    np.testing.assert_allclose((height / width)[:6], [0.5, 1, 2] * 2)
    middles = (anchors[:, :2] + anchors[:, 2:]) / 2
    np.testing.assert_allclose(middles[6 * 7], [20, 12])  # row 1, column 2


def test_anchors_beside_torchvision():
    """torchvision lays them around the corners of the cells and rounds; shifted, they agree."""
    generator = anchor_utils.AnchorGenerator(((8, 16),), ((1.0, 4.0),))
    images = image_list.ImageList(torch.zeros(1, 3, 24, 40), [(24, 40)])
    theirs = generator(images, [torch.zeros(1, 1, 3, 5)])[0].numpy().reshape(15, 4, 4)
    ours = make_anchors((3, 5), stride=8, scales=[8, 16], ratios=[1, 4]).reshape(15, 2, 2, 4)
    # there the ratios are outside, the scales inside
    np.testing.assert_allclose(ours.transpose(0, 2, 1, 3).reshape(15, 4, 4) - 4, theirs)


def test_encoding_by_hand():
    anchor = [[10, 20, 30, 30]]  # 20 wide, 10 high, middle (20, 25)
    box = [[10, 20, 50, 40]]  # 40 wide, 20 high, middle (30, 30)
    np.testing.assert_allclose(encode(box, anchor), [[0.5, 0.5, np.log(2), np.log(2)]])


def test_encoding_and_decoding_beside_torchvision_and_inverse():
    boxes, anchors = draw_boxes(50), draw_boxes(50, seed=1)
    coder = _utils.BoxCoder((1.0, 1.0, 1.0, 1.0))
    offsets = encode(boxes, anchors)
    theirs = coder.encode_single(torch.tensor(boxes), torch.tensor(anchors))
    np.testing.assert_allclose(offsets, theirs, atol=1e-12)
    np.testing.assert_allclose(decode(offsets, anchors), boxes)
    wild = np.random.default_rng(2).normal(0, 5, (50, 4))
    theirs = coder.decode_single(torch.tensor(wild), torch.tensor(anchors))
    np.testing.assert_allclose(decode(wild, anchors), theirs)


def test_clipping_beside_torchvision():
    boxes = draw_boxes(30) - 30
    theirs = clip_boxes_to_image(torch.tensor(boxes), (40, 50))
    np.testing.assert_array_equal(clip(boxes, (40, 50)), theirs)


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.7, 1.0])
def test_suppression_beside_torchvision(threshold):
    boxes = np.concatenate([draw_boxes(60), draw_boxes(60) + 2])
    rng = np.random.default_rng(1)
    scores, classes = rng.permutation(120) / 120, rng.integers(3, size=120)
    tensors = torch.tensor(boxes), torch.tensor(scores)
    assert nms(boxes, scores, threshold).tolist() == torchvision_nms(*tensors, threshold).tolist()
    theirs = batched_nms(*tensors, torch.tensor(classes), threshold)
    assert nms(boxes, scores, threshold, classes).tolist() == theirs.tolist()


def test_suppression_spares_what_only_a_dropped_box_overlaps():
    """A drops B; C overlaps B alone, so C stays."""
    boxes = [[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]]
    assert nms(boxes, [0.9, 0.8, 0.7], threshold=0.4).tolist() == [0, 2]


def test_the_first_of_equal_scores_wins_and_nothing_is_kept_of_nothing():
    assert nms([[0, 0, 4, 4]] * 3, [0.5, 0.5, 0.5]).tolist() == [0]
    assert nms([], []).shape == (0,)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: iou([[0, 0, 1]], [[0, 0, 1, 1]]), ShapeError, "a: expected boxes of shape"),
        (lambda: mask_iou(np.ones((1, 2, 2)), np.ones((1, 2, 3))), ShapeError, "b: expected"),
        (lambda: encode([[0, 0, 1, 1]], [[0, 0, 1, 1]] * 2), ShapeError, "anchors: expected one"),
        (lambda: encode([[0, 0, 0, 1]], [[0, 0, 1, 1]]), ArgumentError, "boxes: expected boxes"),
        (lambda: decode([[0, 0, 0, 0]], []), ShapeError, "one for each of 1 offsets"),
        (lambda: nms([[0, 0, 1, 1]], [0.5], 1.5), ArgumentError, "threshold: expected a share"),
        (lambda: nms([[0, 0, 1, 1]], []), ShapeError, "scores: expected one for each of 1"),
        (lambda: nms([[0, 0, 1, 1]], [1], classes=[1, 2]), ShapeError, "classes: expected"),
        (lambda: make_anchors(2, 8, []), ArgumentError, "scales: expected numbers above 0"),
        (lambda: make_anchors(2, 8, [8], [-1]), ArgumentError, "ratios: expected"),
    ],
)
def test_arguments_are_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
