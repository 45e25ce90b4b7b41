"""The atrous pyramid."""

import pytest
import torch

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models import count_parameters
from cnncourse.models.deeplab import AtrousPyramid, DeepLab, atrous_conv


def test_a_rate_spreads_the_taps_and_adds_no_weight():
    torch.manual_seed(0)
    layer = atrous_conv(1, 1, rate=3).eval()
    assert count_parameters(layer) == 9 + 2
    x = torch.zeros(1, 1, 11, 11)
    x[0, 0, 5, 5] = 1
    seen = layer.conv(x)[0, 0].nonzero()
    assert sorted({*seen[:, 0].tolist()}) == [2, 5, 8]


def test_pyramid_has_a_branch_for_each_range():
    torch.manual_seed(0)
    pyramid = AtrousPyramid(6, 4, rates=(1, 2, 5))
    branches = (6 * 4 + 8) + 3 * (9 * 6 * 4 + 8) + (6 * 4 + 4)
    assert count_parameters(pyramid) == branches + 5 * 4 * 4 + 8
    assert pyramid(torch.randn(2, 6, 7, 9)).shape == (2, 4, 7, 9)


def test_one_pixel_reaches_the_whole_map():
    torch.manual_seed(0)
    pyramid = AtrousPyramid(1, 8, rates=(2,)).eval()
    x = torch.rand(1, 1, 15, 15)
    y = x.clone()
    y[0, 0, 0, 0] += 50
    assert not torch.equal(pyramid(x)[..., -1, -1], pyramid(y)[..., -1, -1])


def test_every_parameter_learns_and_sizes_may_be_odd():
    torch.manual_seed(0)
    model = DeepLab(2, 3, width=8)
    scores = model(torch.randn(3, 2, 17, 22))
    assert scores.shape == (3, 3, 17, 22)
    scores.square().mean().backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_arguments_are_named():
    with pytest.raises(ArgumentError, match="rates"):
        AtrousPyramid(4, 4, rates=())
    with pytest.raises(ShapeError, match="x: expected shape"):
        DeepLab(1, 2)(torch.zeros(1, 3, 8, 8))
