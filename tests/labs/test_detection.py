"""One look, and the window that slides."""

import numpy as np
import pytest
import torch

from cnncourse.data.clutter import cluttered_shapes
from cnncourse.labs.objects import batches, mirror, truth
from cnncourse.labs.sliding import SlidingWindow, oriented_edges
from cnncourse.metrics.detection import mean_average_precision


def test_the_lab(prove_lab):
    report = prove_lab("detection")
    assert all(found.beats_baseline for found in report.outcome.measured)
    assert set(report.outcome.pictures) == {"scenes", "curves", "suppression"}


def test_a_mirrored_scene_keeps_boxes_on_their_masks():
    scenes = cluttered_shapes(8)
    rng = np.random.default_rng(0)
    for image, objects in zip(scenes.images, truth(scenes), strict=True):
        turned, moved = mirror(image, objects, rng)
        assert turned.mean() == pytest.approx(image.mean(), rel=1e-5)
        for box, mask in zip(moved.boxes, moved.masks, strict=True):
            rows, columns = np.nonzero(mask)
            extent = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
            assert extent == tuple(box)


def test_the_same_step_draws_the_same_batch():
    batch = batches(cluttered_shapes(6), 4, seed=1, device=torch.device("cpu"))
    images, objects = batch(3)
    again, _ = batch(3)
    assert torch.equal(images, again)
    assert images.shape == (4, 3, 64, 64)
    assert len(objects) == 4
    assert not torch.equal(images, batch(4)[0])


@pytest.mark.parametrize("angle", [0, 40, 90, 130])
def test_edges_are_counted_by_their_direction(angle):
    """A stripe at an angle: the gradient stands across it."""
    y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    turn = np.deg2rad(angle)
    wave = torch.sin((np.cos(turn) * x + np.sin(turn) * y) / 3)
    histogram = oriented_edges(wave.expand(1, 3, 32, 32))[0, :, 2:-2, 2:-2].sum((1, 2))
    assert histogram.argmax().item() in {int(angle / 20) % 9, round(angle / 20 - 1) % 9}


def test_windows_lie_inside_the_image_at_three_sizes():
    windows = SlidingWindow(64, 6).windows
    sides = windows[:, 2] - windows[:, 0]
    assert sorted(set(sides.round(6))) == [12, 18, 26]
    assert windows.min() == 0
    assert windows.max() <= 64 + 1  # the image is scaled to whole pixels


def test_the_sliding_window_learns():
    train, test = cluttered_shapes(30), cluttered_shapes(15, seed=9)
    slides = SlidingWindow(64, 6)
    slides.fit(train.images, truth(train))
    assert mean_average_precision(slides.detect(train.images[:15]), truth(train)[:15]) > 0.3
    assert mean_average_precision(slides.detect(test.images), truth(test)) > 0.1
