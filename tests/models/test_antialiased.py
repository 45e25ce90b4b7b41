"""Pooling that blurs before it skips."""

import numpy as np
import pytest
import torch
from scipy import signal

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models import count_parameters
from cnncourse.models.antialiased import BlurPool2d, PooledCNN, max_pool


@pytest.mark.parametrize("kernel_size", [2, 3, 4, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_blur_agrees_with_scipy(kernel_size, stride):
    x = torch.randn(2, 3, 11, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    row = np.poly1d([1, 1]) ** (kernel_size - 1)
    kernel = np.outer(row.coeffs, row.coeffs) / 4 ** (kernel_size - 1)
    before, after = (kernel_size - 1) // 2, kernel_size // 2
    padded = np.pad(x.numpy(), [(0, 0), (0, 0), (before, after), (before, after)], mode="reflect")
    expected = signal.correlate(padded, kernel[None, None], mode="valid")[..., ::stride, ::stride]
    np.testing.assert_allclose(BlurPool2d(3, kernel_size, stride).double()(x), expected, atol=1e-7)


def test_a_flat_image_stays_flat_and_the_size_is_that_of_a_stride():
    y = BlurPool2d(2, stride=2)(torch.full((1, 2, 7, 10), 3.0))
    assert y.shape == (1, 2, 4, 5)
    torch.testing.assert_close(y, torch.full_like(y, 3.0))


def test_stripes_of_one_pixel_alias_without_the_blur_and_vanish_with_it():
    """A shift by one pixel turns what is skipped into what is kept; the blur mixes both."""
    stripes = ((-1.0) ** torch.arange(12)).expand(1, 1, 12, 12)
    assert (stripes[..., ::2] - stripes.roll(1, -1)[..., ::2]).abs().min() == 2
    assert BlurPool2d(1)(stripes).abs().max() < 1e-6


def test_blurring_makes_max_pooling_steadier_under_a_shift():
    x = torch.randn(1, 4, 20, 20, generator=torch.Generator().manual_seed(1))
    changes = {}
    for blurred in (False, True):
        pool = max_pool(4, blurred)
        y, moved = pool(x), pool(x.roll(1, dims=-1))
        inside = slice(2, -2)
        changes[blurred] = float((y - moved)[..., inside, inside].std() / y.std())
    assert changes[True] < 0.8 * changes[False]


def test_the_network_is_the_same_but_for_its_pooling():
    plain, blurred = PooledCNN(10), PooledCNN(10, blurred=True)
    assert count_parameters(plain) == count_parameters(blurred)
    assert plain.state_dict().keys() == blurred.state_dict().keys()
    convolutions = 25 * 16 + 9 * 16 * 32 + 9 * 32 * 64
    assert count_parameters(plain) == convolutions + 2 * (16 + 32 + 64) + 64 * 10 + 10
    x = torch.randn(3, 1, 24, 30, generator=torch.Generator().manual_seed(2))
    for model in (plain, blurred):
        model(x).square().sum().backward()
        assert all(weight.grad.abs().sum() > 0 for weight in model.parameters())
        assert model.features(x).shape == (3, 64, 6, 7)


def test_bad_arguments_are_named():
    with pytest.raises(ArgumentError, match="kernel_size: expected at least 2 pixels, got 1"):
        BlurPool2d(1, kernel_size=1)
    with pytest.raises(ShapeError, match=r"x: expected images of shape \(N, 1, H, W\)"):
        PooledCNN(10)(torch.zeros(1, 3, 40, 40))
