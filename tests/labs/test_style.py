"""The lab on style transfer."""

import numpy as np
import pytest
import torch
from skimage.exposure import match_histograms
from torch import nn

from cnncourse.compat import repair_torchvision
from cnncourse.data import photograph
from cnncourse.labs.style import Task, brightness, match_histogram, paint, recolour, square
from cnncourse.models.style import IMAGENET, VGG_LAYERS, Tapped


def test_lab(prove_lab):
    report = prove_lab("style")
    # the content's row is close, so that it may turn with another machine's rounding
    style = [row for row in report.outcome.measured if "style" in row.metric]
    assert [row.baseline for row in style] == ["cross-fade", "histogram matching"]
    assert all(row.beats_baseline for row in style)
    assert list(report.outcome.losses) == ["painter", "judge", "gravel"]


def test_grays_are_matched_as_scikit_image_does():
    cat, flower = (square(photograph(name), 40) for name in ("cat", "flower"))
    ours = match_histogram(cat, flower)
    theirs = match_histograms(cat[0].numpy(), flower[0].numpy(), channel_axis=0)
    # equal brightnesses get one value there, and here each pixel its own
    assert np.abs(ours[0].numpy() - theirs).mean() < 0.01
    assert torch.equal(ours.flatten(2).sort(2).values, flower.flatten(2).sort(2).values)


def test_a_painting_keeps_the_colours_and_gets_its_own_brightness():
    colours = square(photograph("cat"), 24)
    gray = brightness(colours) * 0.5 + 0.2
    painted = recolour(gray, colours)
    inside = ((painted > 0) & (painted < 1)).all(dim=1)
    assert inside.float().mean() > 0.9
    torch.testing.assert_close(brightness(painted)[:, 0][inside], gray[:, 0][inside])
    difference = (painted - colours).permute(0, 2, 3, 1)[inside]
    torch.testing.assert_close(difference, difference[:, :1].expand_as(difference))


def test_distances_by_hand():
    same = nn.Conv2d(1, 1, 1)
    nn.init.ones_(same.weight)
    nn.init.zeros_(same.bias)
    taps = Tapped(
        nn.Sequential(same, nn.ReLU(), same, nn.ReLU()), {"first": 0, "second": 2}, (0,), (1,)
    )
    pixels = torch.tensor([0.2, 0.6]).reshape(1, 1, 1, 2)
    task = Task.of(taps, pixels, pixels, content_layer="second")
    assert [x.item() for x in task.distances(pixels)] == [0, 0]
    # brighter by 0.1: -0.1 and 0.3 from the style's mean, so G is 0.05 in place of 0.04;
    # the content is 0.1² away, where its mean is 0.2² away
    style, content = (x.item() for x in task.distances(pixels + 0.1))
    assert (style, content) == (pytest.approx((0.01 / 0.04) ** 2), pytest.approx(0.25))


def test_painting_with_the_layers_of_vgg():
    repair_torchvision()
    from torchvision.models.vgg import make_layers

    torch.manual_seed(0)
    chain = make_layers([2, 2, "M", 3, 3, "M", 4, 4, 4, 4, "M", 5, 5, 5, 5, "M", 6, 6, 6, 6, "M"])
    cat, flower = (square(photograph(name), 32) for name in ("cat", "flower"))
    task = Task.of(Tapped(chain, VGG_LAYERS, *IMAGENET), cat, flower, content_layer="conv4_2")
    assert list(task.style) == ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
    painting, losses = paint(task, cat, steps=5)
    assert painting.shape == cat.shape
    assert losses[-1] < losses[0]
