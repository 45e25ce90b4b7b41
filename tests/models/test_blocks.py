import pytest
import torch
from torch import nn

from cnncourse import models
from cnncourse.models.blocks import LayerNorm2d, SqueezeExcitation, StochasticDepth, round_channels
from cnncourse.models.efficientnet import compound_scaling
from cnncourse.models.googlenet import WithAuxiliary, auxiliary_loss
from cnncourse.models.resnet import ResidualBlock
from cnncourse.models.resnet_cifar import PaddedShortcut, PreActivationBlock
from cnncourse.models.vit import SelfAttention


def test_stochastic_depth_keeps_the_mean():
    torch.manual_seed(0)
    y = StochasticDepth(0.25)(torch.ones(4000, 2))
    assert y.unique().tolist() == pytest.approx([0, 4 / 3])
    assert torch.equal(y[:, 0], y[:, 1])  # a whole image at a time
    assert y.mean().item() == pytest.approx(1, abs=0.05)


def test_channels_never_lose_more_than_a_tenth():
    for channels in range(8, 400):
        rounded = round_channels(channels)
        assert rounded % 8 == 0
        assert rounded >= 0.9 * channels


def test_layer_norm_works_on_each_pixel():
    x = torch.randn(2, 6, 3, 3, generator=torch.Generator().manual_seed(0))
    y = LayerNorm2d(6)(x)
    torch.testing.assert_close(y.mean(1), torch.zeros(2, 3, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(y.var(1, unbiased=False), torch.ones(2, 3, 3), atol=1e-3, rtol=0)


def test_squeeze_excitation_scales_whole_channels():
    torch.manual_seed(0)
    x = torch.rand(2, 4, 5, 5) + 1
    ratio = SqueezeExcitation(4, 2)(x) / x
    torch.testing.assert_close(ratio, ratio[:, :, :1, :1].expand_as(ratio))
    assert ((ratio > 0) & (ratio < 1)).all()


def test_a_residual_of_zeros_is_the_identity():
    x = torch.rand(1, 3, 4, 4)
    nothing = nn.Conv2d(3, 3, 1)
    nn.init.zeros_(nothing.weight)
    nn.init.zeros_(nothing.bias)
    torch.testing.assert_close(ResidualBlock(nothing, nn.Identity())(x), x)


def test_padded_shortcut_by_hand():
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    y = PaddedShortcut(2)(x)
    assert y.shape == (1, 3, 2, 2)
    assert y[0, 1].tolist() == [[0, 2], [8, 10]]
    assert not y[0, [0, 2]].any()


def test_pre_activation_leaves_its_input_alone():
    x = torch.randn(2, 8, 4, 4)
    before = x.clone()
    PreActivationBlock(8, 8)(x)
    assert torch.equal(x, before)


def test_attention_is_softmax_of_products():
    torch.manual_seed(0)
    layer = SelfAttention(dim=6, heads=2)
    x = torch.randn(1, 5, 6)
    q, k, v = layer.qkv(x)[0].split(6, dim=1)
    heads = []
    for part in (slice(0, 3), slice(3, 6)):
        weights = (q[:, part] @ k[:, part].T / 3**0.5).softmax(1)
        heads.append(weights @ v[:, part])
    torch.testing.assert_close(layer(x)[0], layer.project(torch.cat(heads, 1)))


def test_compound_scaling_nearly_doubles_the_work():
    base = models.facts("efficientnet_b0").multiply_adds
    depth, width, size = compound_scaling(1)
    assert depth * width**2 * (size / 224) ** 2 == pytest.approx(1.92, abs=0.02)
    # what was released grows like the rule: B7 is near phi = 7
    assert models.facts("efficientnet_b7").multiply_adds / base == pytest.approx(1.92**7, rel=0.05)
    assert compound_scaling(7).image_size == pytest.approx(600, abs=5)


def test_googlenets_auxiliary_heads_teach_and_then_vanish():
    torch.manual_seed(0)
    for batch_norm in (True, False):
        model = models.build("googlenet", num_classes=3, batch_norm=batch_norm, auxiliary=True)
        x = torch.randn(2, 3, 64, 64)
        output = model(x)
        assert isinstance(output, WithAuxiliary)
        loss = auxiliary_loss(output, torch.tensor([0, 2]))
        loss.backward()
        assert all(weight.grad.any() for weight in model.auxiliary.parameters())
        parts = [nn.functional.cross_entropy(s, torch.tensor([0, 2])) for s in output]
        torch.testing.assert_close(loss, parts[0] + 0.3 * (parts[1] + parts[2]))
        assert model.eval()(x).shape == (2, 3)
    with torch.device("meta"):
        original = models.build("googlenet_2014", auxiliary=True)
    assert models.count_parameters(original) == 13_378_280


def test_two_towers_save_a_million_and_a_half_weights():
    with torch.device("meta"):
        towers, joined = (models.build("alexnet_2012", groups=groups) for groups in (2, 1))
    assert models.count_parameters(joined) == 62_378_344
    # conv2, conv4 and conv5 see half of the maps
    saved = (256 * 96 * 25 + 384 * 384 * 9 + 256 * 384 * 9) // 2
    assert models.count_parameters(joined) - models.count_parameters(towers) == saved
