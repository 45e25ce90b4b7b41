"""U-Net in two and three dimensions."""

from itertools import pairwise

import pytest
import torch

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models import count_parameters
from cnncourse.models.unet import UNet


def closed_form(widths, in_channels, num_classes, skips, axes):
    def double(a, b):  # two convolutions without bias, two norms
        return 3**axes * (a * b + b * b) + 4 * b

    total = sum(double(a, b) for a, b in zip((in_channels, *widths[:-1]), widths, strict=True))
    for fine, coarse in pairwise(widths):
        total += 2**axes * coarse * fine + fine + double(fine * (1 + skips), fine)
    return total + widths[0] * num_classes + num_classes


@pytest.mark.parametrize("skips", [True, False])
@pytest.mark.parametrize(("axes", "size"), [(2, (16, 24)), (3, (8, 4, 12))])
def test_shape_parameters_and_gradients(axes, size, skips):
    torch.manual_seed(0)
    model = UNet(2, 3, widths=(4, 6, 8), skips=skips, axes=axes)
    assert count_parameters(model) == closed_form((4, 6, 8), 2, 3, skips, axes)
    scores = model(torch.randn(2, 2, *size))
    assert scores.shape == (2, 3, *size)
    scores.square().mean().backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_the_papers_network_has_the_known_number_of_parameters():
    # with padding and norms, biases gone: 31.04 million, as implementations of Figure 1 report
    model = UNet(1, 2, widths=(64, 128, 256, 512, 1024))
    assert count_parameters(model) == closed_form((64, 128, 256, 512, 1024), 1, 2, True, 2)
    assert count_parameters(model) == pytest.approx(31.04e6, rel=2e-3)


@pytest.mark.parametrize(("skips", "reach"), [(True, True), (False, False)])
def test_only_skips_carry_fine_detail(skips, reach):
    """Change a pixel so that the pooled level below does not notice: only skips can tell."""
    torch.manual_seed(0)
    model = UNet(1, 2, widths=(4, 8), skips=skips).eval()
    with torch.no_grad():
        model.down[1][0].weight.zero_()  # the coarse level is deaf
        model.down[1][3].weight.zero_()
        x = torch.randn(1, 1, 8, 8)
        y = x.clone()
        y[0, 0, 3, 3] += 1
        assert torch.equal(model(x), model(y)) is not reach


def test_arguments_are_named():
    with pytest.raises(ArgumentError, match="axes: expected 2 or 3, got 1"):
        UNet(1, 2, axes=1)
    with pytest.raises(ArgumentError, match="widths"):
        UNet(1, 2, widths=(8,))
    model = UNet(1, 2, widths=(4, 4, 4))
    with pytest.raises(ShapeError, match=r"x: expected sizes that are multiples of 4"):
        model(torch.zeros(1, 1, 6, 8))
    with pytest.raises(ShapeError, match=r"x: expected shape \(N, 1, H, W\)"):
        model(torch.zeros(1, 2, 8, 8))
    with pytest.raises(ShapeError, match=r"x: expected shape \(N, 1, D, H, W\)"):
        UNet(1, 2, widths=(4, 4), axes=3)(torch.zeros(1, 1, 8, 8))
