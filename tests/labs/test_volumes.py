"""The lab on volumes."""

import numpy as np
import torch
from torch import nn

from cnncourse.data.volumes import scans
from cnncourse.labs.volumes import best_threshold, by_slice, soft_dice_loss
from cnncourse.metrics.masks import dice


def test_lab(prove_lab):
    report = prove_lab("volumes")
    assert all(row.beats_baseline for row in report.outcome.measured)


def test_a_slice_knows_nothing_of_its_neighbours():
    torch.manual_seed(0)
    apply = by_slice(nn.Conv2d(1, 2, 3, padding=1))
    x = torch.randn(2, 1, 4, 6, 6)
    y = x.clone()
    y[:, :, 2] += 1
    changed = (apply(x) != apply(y)).any(dim=4).any(dim=3).any(dim=1)
    assert changed.tolist() == [[False, False, True, False]] * 2


def test_soft_dice_of_sure_answers_is_dice():
    rng = np.random.default_rng(0)
    found, true = rng.random((2, 3, 8, 8, 8)) < 0.3
    scores = torch.from_numpy(np.stack((~found, found), axis=1) * 100.0)
    loss = soft_dice_loss(scores, torch.from_numpy(true)).item()
    assert abs(1 - loss - dice(found, true)) < 1e-3  # the ones that keep it defined


def test_no_other_threshold_agrees_better():
    volumes = scans(4)
    best = dice(volumes.images[:, 0] > best_threshold(volumes), volumes.lesions)
    assert all(dice(volumes.images[:, 0] > level, volumes.lesions) <= best + 1e-9
               for level in (0.4, 0.55, 0.65, 0.85))  # fmt: skip
