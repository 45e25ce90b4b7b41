"""The lab on super-resolution."""

import torch

from cnncourse.labs.lab import Plan
from cnncourse.labs.superresolution import TEST, TRAIN, brightness, restore
from cnncourse.models.superresolution import bicubic


def test_lab(prove_lab):
    report = prove_lab("superresolution")
    beaten = {row.metric: row.beats_baseline for row in report.outcome.measured}
    assert beaten["PSNR of unseen photographs, SRCNN"]
    assert beaten["SSIM of unseen photographs, ESPCN"]


def test_no_photograph_is_both_trained_and_measured_on():
    assert not set(TRAIN) & set(TEST)
    for name in TEST:
        image = brightness(name, Plan())
        assert all(side % 2 == 0 for side in image.shape[2:])
        again = restore(lambda x: bicubic(x, 2), image)
        assert again.shape == image.shape
        assert 0 < torch.mean((again - image) ** 2) < 0.002
