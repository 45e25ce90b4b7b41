"""Regions of interest, by hand and beside torchvision's operators."""

import importlib
import math

import pytest
import torch

from cnncourse.compat import repair_torchvision
from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models.roi import paste_masks, roi_align, roi_pool

REPAIRED = repair_torchvision()
from torchvision import ops  # noqa: E402

# torchvision's version in Python, before torch compiles it, which takes half a minute
IN_PYTHON = importlib.import_module("torchvision.ops.roi_align")._roi_align.__wrapped__

FEATURES = torch.randn(3, 5, 12, 17, generator=torch.Generator().manual_seed(0))
BOXES = torch.tensor(
    [[0.0, 0, 20, 16], [3.3, 4.1, 29.7, 40.2], [10, 10, 11, 12], [31.5, 22.2, 64, 44], [8, 8, 8, 9]]
)
IMAGE = torch.tensor([0, 2, 1, 1, 0])


def with_image(boxes, image):
    return torch.cat([image[:, None].to(boxes), boxes], dim=1)


@pytest.mark.parametrize("sampling_ratio", [1, 2, 3])
def test_alignment_beside_torchvision(sampling_ratio):
    theirs = IN_PYTHON(FEATURES, with_image(BOXES, IMAGE), 0.25, 7, 7, sampling_ratio, True)
    ours = roi_align(FEATURES, BOXES, IMAGE, 7, 0.25, sampling_ratio)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


def test_alignment_beyond_the_border_beside_torchvision():
    boxes = torch.tensor([[-9.0, -7, 5, 60], [50, 30, 90, 70]])
    theirs = IN_PYTHON(FEATURES, with_image(boxes, IMAGE[:2]), 0.25, 4, 4, 2, True)
    ours = roi_align(FEATURES, boxes, IMAGE[:2], 4, 0.25)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


def test_alignment_of_a_slope_gives_the_slope_at_the_middle_of_each_part():
    """Bilinear interpolation of a plane is exact, so nothing is lost by not rounding."""
    y, x = torch.meshgrid(torch.arange(12.0), torch.arange(17.0), indexing="ij")
    plane = (3 * y + 2 * x)[None, None]
    box = torch.tensor([[5.3, 4.7, 21.3, 28.7]])
    got = roi_align(plane, box, torch.tensor([0]), 4, 0.25)[0, 0]
    middle = (torch.arange(4) + 0.5) / 4
    rows, columns = (4.7 + 24 * middle) / 4 - 0.5, (5.3 + 16 * middle) / 4 - 0.5
    torch.testing.assert_close(got, 3 * rows[:, None] + 2 * columns)


def pool_slowly(features, box, size, scale):
    """Fast R-CNN's pooling, cell by cell."""
    x1, y1, x2, y2 = (round(value * scale) for value in box)
    height, width = y2 - y1 + 1, x2 - x1 + 1
    out = torch.empty(len(features), size, size)
    for i in range(size):
        for j in range(size):
            top, bottom = math.floor(i * height / size), math.ceil((i + 1) * height / size)
            left, right = math.floor(j * width / size), math.ceil((j + 1) * width / size)
            part = features[:, y1 + top : y1 + bottom, x1 + left : x1 + right]
            out[:, i, j] = part.amax((1, 2))
    return out


def test_pooling_cell_by_cell():
    boxes = BOXES[[0, 1, 2, 4]]  # inside the map after rounding
    got = roi_pool(FEATURES, boxes, IMAGE[[0, 1, 2, 4]], 3, 0.25)
    for k, n in enumerate(IMAGE[[0, 1, 2, 4]].tolist()):
        expected = pool_slowly(FEATURES[n], boxes[k].tolist(), 3, 0.25)
        torch.testing.assert_close(got[k], expected)
    if not REPAIRED:  # its own library is there
        rois = with_image(boxes, IMAGE[[0, 1, 2, 4]])
        torch.testing.assert_close(got, ops.roi_pool(FEATURES, rois, 3, 0.25))
        theirs = ops.roi_align(FEATURES, rois, 3, 0.25, 2, aligned=True)
        ours = roi_align(FEATURES, boxes, IMAGE[[0, 1, 2, 4]], 3, 0.25)
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


def test_pooling_rounds_where_alignment_does_not():
    """Half a cell to the right: alignment sees it, pooling does not."""
    box, moved = torch.tensor([[8.0, 8, 30, 30]]), torch.tensor([[9.0, 8, 31, 30]])
    here = torch.tensor([0])
    pooled = [roi_pool(FEATURES, b, here, 3, 0.25) for b in (box, moved)]
    aligned = [roi_align(FEATURES, b, here, 3, 0.25) for b in (box, moved)]
    assert torch.equal(*pooled)
    assert not torch.allclose(*aligned, atol=0.05)


@pytest.mark.parametrize("pool", [roi_pool, roi_align])
def test_gradients_flow_back_to_the_region_alone(pool):
    features = FEATURES.clone().requires_grad_()
    pool(features, torch.tensor([[8.0, 8, 24, 24]]), torch.tensor([1]), 2, 0.25).sum().backward()
    touched = features.grad.abs().sum(1) > 0
    assert touched[1, 2:6, 2:6].any()
    assert not touched[0].any()
    assert not touched[1, 8:].any()


def test_of_no_regions_nothing():
    none = torch.empty(0, 4), torch.empty(0, dtype=torch.int64)
    assert roi_pool(FEATURES, *none, 7, 0.25).shape == (0, 5, 7, 7)
    assert roi_align(FEATURES, *none, 7, 0.25).shape == (0, 5, 7, 7)
    assert paste_masks(torch.empty(0, 4, 4), none[0], (8, 9)).shape == (0, 8, 9)


def test_a_pasted_mask_is_the_one_that_alignment_cut_out():
    """Cut a disc out of an image as mask targets are, paste it back: the disc again."""
    y, x = torch.meshgrid(torch.arange(40.0), torch.arange(48.0), indexing="ij")
    disc = ((x - 20) ** 2 + (y - 18) ** 2 <= 100).float()
    box = torch.tensor([[8.3, 6.1, 32.2, 30.4]])
    cut = roi_align(disc[None, None], box, torch.tensor([0]), 28, 1.0)[:, 0]
    pasted = paste_masks(cut, box, (40, 48))[0] >= 0.5
    wrong = (pasted != (disc > 0)).sum().item()
    assert wrong <= 6  # of 317 pixels


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: roi_align(FEATURES[0], BOXES, IMAGE, 7, 0.25), ShapeError, "features: expected"),
        (lambda: roi_align(FEATURES, BOXES[0], IMAGE, 7, 0.25), ShapeError, "boxes: expected"),
        (lambda: roi_pool(FEATURES, BOXES, IMAGE[:2], 7, 0.25), ShapeError, "image: expected one"),
        (lambda: roi_pool(FEATURES, BOXES, IMAGE, 0, 0.25), ArgumentError, "output_size: expected"),
        (lambda: roi_align(FEATURES, BOXES, IMAGE, 7, 0.25, 0), ArgumentError, "sampling_ratio"),
        (lambda: paste_masks(FEATURES[0], BOXES[:2], (8, 8)), ShapeError, "boxes: expected one"),
    ],
)
def test_arguments_are_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
