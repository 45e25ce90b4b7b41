"""The networks that hear words."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models import count_parameters
from cnncourse.models.audio import CausalConv1d, GatedBlock, SpectrogramCNN, WaveNetClassifier
from cnncourse.shapes import conv_parameters, dense_parameters, receptive_field


def test_parameters_in_closed_form():
    convolutions = sum(
        conv_parameters(a, b, 3, bias=False) for a, b in ((1, 16), (16, 32), (32, 48))
    )
    norms = 2 * (1 + 16 + 32 + 48)
    assert count_parameters(SpectrogramCNN(10)) == convolutions + norms + dense_parameters(48, 10)
    layer = 16 * 32 * 2 + 32 + (16 * 16 + 16) + (16 * 32 + 32)
    head = 2 * 32 + (32 * 64 * 3 + 64) + (64 * 64 * 3 + 64) + dense_parameters(64, 10)
    wavenet = (16 * 16 + 16) + 12 * layer - (16 * 16 + 16) + head  # no residual after the last
    assert count_parameters(WaveNetClassifier(10)) == wavenet


@pytest.mark.parametrize(
    ("model", "shape"),
    [(SpectrogramCNN(3), (4, 1, 40, 30)), (WaveNetClassifier(3, dilations=(1, 2)), (4, 1, 801))],
)
def test_every_parameter_learns_and_any_length_is_taken(model, shape):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    functional.cross_entropy(model(x), torch.tensor([0, 1, 2, 0])).backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name
    assert model(x[..., :25]).shape == (4, 3)


def test_the_future_is_not_heard():
    """A change at sample t changes nothing before the step that holds t."""
    model = WaveNetClassifier(2, channels=4, skip_channels=4, dilations=(1, 2, 4)).eval()
    x = torch.randn(1, 1, 400, generator=torch.Generator().manual_seed(1))
    changed = x.clone()
    changed[..., 200] += 1
    with torch.no_grad():
        difference = (model.hear(x) - model.hear(changed)).abs().amax(dim=(0, 1))
    assert difference[:25].max() == 0
    assert difference[25] > 0


def test_the_receptive_field_is_as_computed():
    model = WaveNetClassifier(2, channels=4, skip_channels=4, dilations=(1, 2, 4)).double().eval()
    field = receptive_field(model.windows())[-1]
    assert field.size == 16 + 8 * 2 * (1 + 2 + 4)
    x = torch.randn(1, 1, 400, dtype=torch.float64, requires_grad=True)
    model.hear(x)[0, :, 40].sum().backward()
    heard = x.grad[0, 0].nonzero()[:, 0]
    assert heard[-1] == 40 * 8
    assert heard[-1] - heard[0] + 1 == field.size


def test_a_gated_block_is_equation_2():
    block = GatedBlock(1, 1, dilation=1)
    for layer, weight in ((block.residual, 2.0), (block.skip, 3.0)):
        nn.init.constant_(layer.weight, weight)
        nn.init.zeros_(layer.bias)
    with torch.no_grad():
        block.dilated.weight[:] = torch.tensor([[[0.0, 1.0]], [[1.0, 0.0]]])
        block.dilated.bias.zero_()
        onward, skip = block(torch.tensor([[[0.5, -1.0]]]))
    x = torch.tensor([0.5, -1.0])
    z = x.tanh() * torch.tensor([0.0, 0.5]).sigmoid()
    assert onward[0, 0].tolist() == pytest.approx((x + 2 * z).tolist())
    assert skip[0, 0].tolist() == pytest.approx((3 * z).tolist())


def test_a_causal_convolution_keeps_the_length_of_its_input():
    assert CausalConv1d(1, 2, 3, dilation=5)(torch.zeros(1, 1, 7)).shape == (1, 2, 7)
    assert CausalConv1d(1, 2, 8, stride=4)(torch.zeros(1, 1, 10)).shape == (1, 2, 3)


def test_bad_input_is_named():
    with pytest.raises(ShapeError, match=r"x: expected \(N, 1, mels, frames\), at least 8"):
        SpectrogramCNN(2)(torch.zeros(1, 1, 40, 7))
    with pytest.raises(ShapeError, match=r"x: expected sounds of shape \(N, 1, L\)"):
        WaveNetClassifier(2)(torch.zeros(1, 2, 100))
    with pytest.raises(ArgumentError, match="stacks, dilations: expected at least one layer"):
        WaveNetClassifier(2, dilations=())
