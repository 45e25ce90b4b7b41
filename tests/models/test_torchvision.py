"""The networks that torchvision has too: its weights in ours, ours in its, the same answers."""

import math

import pytest
import torch
from torch import nn

from cnncourse import models
from cnncourse.compat import repair_torchvision
from cnncourse.errors import ArgumentError, SetupError
from cnncourse.models.blocks import StochasticDepth
from cnncourse.models.weights import key_map

repair_torchvision()
import torchvision  # noqa: E402

SHARED = [name for name in models.names() if models.facts(name).torchvision]
# the same code at another depth, of which only names and settings are compared
SIBLINGS = {
    *("vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "resnet34", "resnet101"),
    *(f"efficientnet_b{variant}" for variant in (2, 3, 4, 6)),
}
OPTIONS = {"googlenet": {"init_weights": False, "aux_logits": False, "transform_input": False}}


def theirs_without_numbers(name):
    with torch.device("meta"):
        return torchvision.models.get_model(name, weights=None, **OPTIONS.get(name, {})).eval()


def draw(model):
    """Give a network random numbers that keep its scores near 1, running statistics too."""
    generator = torch.Generator().manual_seed(0)
    model = model.to_empty(device="cpu")
    for key, tensor in model.state_dict().items():
        if key.endswith("num_batches_tracked"):
            tensor.zero_()
        elif key.endswith("running_var") or (key.endswith("weight") and tensor.ndim == 1):
            tensor.uniform_(0.5, 1.5, generator=generator)
        elif tensor.ndim > 1 and key.endswith("weight"):
            bound = math.sqrt(6 / tensor[0].numel())
            tensor.uniform_(-bound, bound, generator=generator)
        else:
            tensor.uniform_(-0.2, 0.2, generator=generator)
    return model


@pytest.mark.parametrize("name", [name for name in SHARED if name not in SIBLINGS])
def test_weights_go_both_ways_and_the_scores_agree(name):
    theirs = draw(theirs_without_numbers(models.facts(name).torchvision))
    with torch.device("meta"):
        ours = models.build(name).eval()
    ours = ours.to_empty(device="cpu")
    models.load_torchvision(ours, theirs.state_dict())
    size = 224 if ours.smallest is None else max(40, ours.smallest)
    x = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        scores, expected = ours(x), theirs(x)
    assert expected.std() > 1e-3  # the weights say something
    scale = expected.abs().max()
    torch.testing.assert_close(scores / scale, expected / scale, rtol=0, atol=1e-5)

    returned = models.to_torchvision(ours, theirs.state_dict())
    assert list(returned) == list(theirs.state_dict())
    assert all(torch.equal(returned[key], t) for key, t in theirs.state_dict().items())


def settings(model):
    """List what a forward in use does not show: momenta and what chance leaves out."""
    found = []
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            found.append(("norm", module.eps, module.momentum))
        elif isinstance(module, nn.Dropout) and module.p:
            found.append(("dropout", module.p))
        elif isinstance(module, StochasticDepth | torchvision.ops.StochasticDepth):
            rate = module.rate if isinstance(module, StochasticDepth) else module.p
            found.append(("depth", round(rate, 6)))
    return sorted(setting for setting in found if setting != ("depth", 0.0))


@pytest.mark.parametrize("name", SHARED)
def test_names_and_settings_fit(name):
    with torch.device("meta"):
        ours = models.build(name)
    theirs = theirs_without_numbers(models.facts(name).torchvision)
    pairs = key_map(ours.state_dict(), theirs.state_dict())
    assert sorted(pairs) == sorted(ours.state_dict())
    assert sorted(pairs.values()) == sorted(theirs.state_dict())
    assert settings(ours) == settings(theirs)


@pytest.mark.parametrize("name", SHARED)
def test_released_errors_are_torchvisions(name):
    facts = models.facts(name)
    weights = torchvision.models.get_model_weights(facts.torchvision)["IMAGENET1K_V1"]
    accuracy = weights.meta["_metrics"]["ImageNet-1K"]
    assert facts.released == pytest.approx((100 - accuracy["acc@1"], 100 - accuracy["acc@5"]))
    assert facts.parameters == weights.meta["num_params"]


def test_googlenets_auxiliary_heads_map_too():
    with torch.device("meta"):
        theirs = torchvision.models.googlenet(init_weights=False, aux_logits=True)
        ours = models.build("googlenet", auxiliary=True)
    pairs = key_map(ours.state_dict(), theirs.state_dict())
    assert pairs["auxiliary.inception4a.fc1.weight"] == "aux1.fc1.weight"
    assert pairs["auxiliary.inception4d.fc2.bias"] == "aux2.fc2.bias"
    assert pairs["head.fc.weight"] == "fc.weight"
    assert models.count_parameters(ours) == 13_004_888


def test_key_map_says_which_tensors_differ():
    with torch.device("meta"):
        ours = models.build("resnet18", num_classes=5).state_dict()
    theirs = theirs_without_numbers("resnet18").state_dict()
    with pytest.raises(ArgumentError, match=r"at the place of head\.fc\.weight .*\(5, 512\)"):
        key_map(ours, theirs)
    with pytest.raises(ArgumentError, match="122 tensors, as in ours, got 218"):
        key_map(ours, theirs_without_numbers("resnet34").state_dict())


# --- weights="imagenet", with a download that takes no network ---


@pytest.fixture
def released(monkeypatch):
    """Let torchvision "download" random numbers; gives the networks that it handed out."""
    original = torchvision.models.get_model
    handed_out = []

    def get_model(name, weights):
        assert weights == "IMAGENET1K_V1"
        with torch.device("meta"):
            options = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
            model = original(name, weights=None, **options)
        if name == "googlenet":
            model.transform_input = True  # as torchvision sets it when it loads weights
        handed_out.append(draw(model).eval())
        return handed_out[-1]

    monkeypatch.setattr(torchvision.models, "get_model", get_model)
    return handed_out


@pytest.mark.parametrize("name", ["squeezenet1_0", "googlenet"])
def test_imagenet_weights_give_torchvisions_scores(released, name):
    ours = models.build(name, weights="imagenet").eval()
    x = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = released[0](x)
        difference = (ours(x) - expected).abs().max() / expected.abs().max()
    assert difference < 1e-5


def test_imagenet_weights_leave_another_last_layer_fresh(released):
    ours = models.build("resnet18", num_classes=5, weights="imagenet")
    theirs = released[0].state_dict()
    assert torch.equal(ours.features.conv1.conv.weight, theirs["conv1.weight"])
    assert ours.head.fc.weight.shape == (5, 512)
    assert ours.head.fc.weight.std().item() == pytest.approx(0.01, rel=0.1)


def test_without_a_network_the_message_says_what_to_do(monkeypatch):
    def get_model(name, weights):
        raise OSError("no route to host")

    monkeypatch.setattr(torchvision.models, "get_model", get_model)
    with pytest.raises(SetupError, match=r"resnet18 can't be downloaded .no route.*weights=None"):
        models.build("resnet18", weights="imagenet")


def test_weights_that_do_not_exist_are_refused():
    with pytest.raises(ArgumentError, match="torchvision has none of resnet20"):
        models.build("resnet20", weights="imagenet")
    with pytest.raises(ArgumentError, match="weights: expected None or 'imagenet', got 'IMAGENET'"):
        models.build("resnet18", weights="IMAGENET")
    with pytest.raises(ArgumentError, match="in_channels: expected 3, as in the weights, got 1"):
        models.build("resnet18", weights="imagenet", in_channels=1)
