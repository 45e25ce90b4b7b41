"""Super-resolution: the pixel shuffle, the networks' sizes, and where they begin."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models import count_parameters
from cnncourse.models.superresolution import ESPCN, SRCNN, bicubic, pixel_shuffle


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_pixel_shuffle_is_pytorchs(scale):
    x = torch.arange(2 * 3 * scale**2 * 4 * 5).reshape(2, 3 * scale**2, 4, 5)
    assert torch.equal(pixel_shuffle(x, scale), functional.pixel_shuffle(x, scale))


def test_pixel_shuffle_by_its_equation():
    scale = 2
    x = torch.randn(1, 8, 3, 4)
    y = pixel_shuffle(x, scale)
    for c, row, column in np.ndindex(2, 6, 8):
        channel = c * scale**2 + scale * (row % scale) + column % scale
        assert y[0, c, row, column] == x[0, channel, row // scale, column // scale]


def test_pixel_shuffle_refuses_what_does_not_divide():
    with pytest.raises(ShapeError, match=r"x: expected .* with 4 to divide C"):
        pixel_shuffle(torch.zeros(1, 6, 2, 2), 2)
    with pytest.raises(ArgumentError, match="scale"):
        pixel_shuffle(torch.zeros(1, 4, 2, 2), 0)


@pytest.mark.parametrize("scale", [0.5, 2])
def test_bicubic_is_pillows(scale):
    image = np.random.default_rng(0).uniform(size=(12, 20)).astype(np.float32)
    size = round(20 * scale), round(12 * scale)
    expected = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))
    ours = bicubic(torch.from_numpy(image)[None, None], scale)[0, 0].numpy()
    np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_parameters_are_the_papers():
    # weights of SRCNN's Section 3.3 with (9, 1, 5) and (64, 32): 8,032, beside 97 biases
    assert count_parameters(SRCNN(2)) == 8_032 + 97
    weights = 25 * 64 + 9 * 64 * 32 + 9 * 32 * 9
    assert count_parameters(ESPCN(3)) == weights + 64 + 32 + 9 == 22_729


@pytest.mark.parametrize("network", [SRCNN, ESPCN])
def test_training_starts_near_bicubic_and_every_parameter_learns(network):
    torch.manual_seed(0)
    model = network(2, widths=(8, 4))
    x = torch.rand(2, 1, 10, 7)
    y = model(x)
    assert y.shape == (2, 1, 20, 14)
    assert (y - bicubic(x, 2)).abs().max() < 0.05
    y.square().sum().backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


@pytest.mark.parametrize("network", [SRCNN, ESPCN])
def test_colours_are_refused_by_name(network):
    with pytest.raises(ShapeError, match="x: expected brightness"):
        network(2)(torch.zeros(1, 3, 8, 8))
