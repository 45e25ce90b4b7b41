"""Style transfer: Gram matrices by hand, losses, and where the maps come from."""

from urllib.error import URLError

import pytest
import torch
from torch import nn

from cnncourse.compat import repair_torchvision
from cnncourse.errors import ArgumentError, SetupError, ShapeError
from cnncourse.models import count_parameters
from cnncourse.models.style import (
    VGG_LAYERS,
    StyleNet,
    Tapped,
    content_loss,
    gram,
    style_loss,
    vgg19_features,
)


def test_gram_matrix_forgets_where_things_are():
    torch.manual_seed(0)
    maps = torch.randn(2, 3, 4, 5)
    shuffled = maps.flatten(2)[..., torch.randperm(20)].reshape(maps.shape)
    torch.testing.assert_close(gram(maps), gram(shuffled))
    expected = torch.einsum("nihw,njhw->nij", maps, maps) / 20
    torch.testing.assert_close(gram(maps), expected)
    with pytest.raises(ShapeError, match="maps"):
        gram(maps[0])


def test_losses_by_hand():
    maps = {"a": torch.ones(1, 2, 1, 1), "b": torch.zeros(1, 1, 1, 1)}
    # all four entries of G are 1 in place of 3: 4 · 2² / (4 · 3²); b is black, where 2 is wanted
    style = {"a": torch.full((1, 2, 2), 3.0), "b": torch.full((1, 1, 1), 2.0)}
    assert style_loss(maps, style).item() == pytest.approx((16 / 36 + 1) / 2)
    content = {"a": torch.tensor([1.0, 3.0]).reshape(1, 2, 1, 1)}
    assert content_loss(maps, content).item() == pytest.approx((0 + 4) / 2 / 2)


def test_taps_give_maps_after_the_relu_and_freeze_the_network():
    torch.manual_seed(0)
    model = StyleNet(widths=(4, 6))
    names = list(dict(model.features.named_children()))
    taps = Tapped(model.features, {"conv1_1": 0, "conv2_1": names.index("conv2_1")})
    x = torch.rand(1, 3, 16, 12, requires_grad=True)
    maps = taps(x)
    assert {name: tuple(m.shape[1:]) for name, m in maps.items()} == {
        "conv1_1": (4, 16, 12), "conv2_1": (6, 8, 6)
    }  # fmt: skip
    first = model.features.conv1_1((x - 0.5) / 0.25).relu()
    torch.testing.assert_close(maps["conv1_1"], first)
    maps["conv2_1"].sum().backward()
    assert x.grad.abs().sum() > 0
    assert not any(weight.requires_grad for weight in taps.parameters())
    with pytest.raises(ArgumentError, match="layers"):
        Tapped(model.features, {"last": len(names) - 1})


def test_the_network_learns_everywhere():
    torch.manual_seed(0)
    model = StyleNet(num_classes=5, widths=(4, 6))
    assert count_parameters(model) == 9 * (3 * 4 + 4 * 4 + 4 * 6 + 6 * 6) + 2 * (4 + 6) + 7 * 5
    model(torch.randn(4, 3, 32, 32)).square().sum().backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_places_in_vgg_are_its_convolutions_before_a_relu():
    repair_torchvision()
    from torchvision.models.vgg import cfgs, make_layers

    with torch.device("meta"):
        chain = make_layers(cfgs["E"])
    channels = {"conv1_1": 64, "conv2_1": 128, "conv3_1": 256, "conv4_1": 512, "conv4_2": 512,
                "conv5_1": 512}  # fmt: skip
    for name, place in VGG_LAYERS.items():
        assert isinstance(chain[place], nn.Conv2d)
        assert chain[place].out_channels == channels[name]
        assert isinstance(chain[place + 1], nn.ReLU)
        pools = sum(isinstance(layer, nn.MaxPool2d) for layer in chain[:place])
        assert pools == int(name[4]) - 1


def test_vggs_maps_once_downloaded(monkeypatch):
    repair_torchvision()
    import torchvision.models as theirs
    from torchvision.models.vgg import make_layers

    asked = []
    torch.manual_seed(0)
    small = make_layers([2, 2, "M", 3, 3, "M", 4, 4, 4, 4, "M", 5, 5, 5, 5, "M", 6, 6, 6, 6, "M"])

    def get_model(name, weights):
        asked.append((name, weights))
        model = nn.Module()
        model.features = small
        return model

    monkeypatch.setattr(theirs, "get_model", get_model)
    maps = vgg19_features()(torch.rand(1, 3, 32, 32))
    assert asked == [("vgg19", "IMAGENET1K_V1")]
    assert list(maps) == list(VGG_LAYERS)
    assert maps["conv5_1"].shape == (1, 6, 2, 2)


def test_without_a_network_the_message_says_what_to_use(monkeypatch):
    repair_torchvision()
    import torchvision.models as theirs

    def get_model(name, weights):
        raise URLError("no route to host")

    monkeypatch.setattr(theirs, "get_model", get_model)
    with pytest.raises(SetupError, match=r"weights of vgg19 can't be downloaded .* StyleNet"):
        vgg19_features()
