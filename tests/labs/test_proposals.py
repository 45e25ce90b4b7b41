"""Two looks, with masks."""

import numpy as np
import pytest

from cnncourse.labs.proposals import fill, mean_mask_iou
from cnncourse.metrics.detection import Objects


def test_the_lab(prove_lab):
    report = prove_lab("proposals")
    assert set(report.outcome.pictures) == {"anchors", "regions", "masks"}


def test_masks_are_compared_where_boxes_match():
    box = [[10.0, 10, 20, 20], [40, 40, 50, 50]]
    full = fill(Objects(box, [0, 0]))
    half = fill(Objects(box, [0, 0], scores=[0.9, 0.8]))
    half.masks[0, :, :15] = False
    far = Objects([[0.0, 0, 5, 5]], [0], masks=np.ones((1, 64, 64), bool))
    assert mean_mask_iou([full], [full]) == 1
    assert mean_mask_iou([half], [full]) == pytest.approx((0.5 + 1) / 2)
    assert mean_mask_iou([far], [full]) == 0
