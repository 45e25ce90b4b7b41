import base64
import json
import struct

import pytest
import torch
from torch import nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models import build
from cnncourse.models.export import export_network, network_as_data


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
        nn.Dropout(), nn.Flatten(), nn.Linear(144, 2),
    )  # fmt: skip


def weights(data, reference):
    """The numbers of one array of the file."""
    form = {"float16": "e", "float32": "f"}[data["dtype"]]
    content = base64.b64decode(data["data"])
    numbers = struct.unpack(f"<{len(content) // struct.calcsize(form)}{form}", content)
    shape, start = reference["shape"], reference["offset"]
    count = torch.Size(shape).numel()
    return torch.tensor(numbers[start : start + count]).reshape(shape)


def test_a_batch_norm_is_folded_and_dropout_left_out(model):
    model[1].running_mean.fill_(0.5)
    model[1].running_var.fill_(4.0)
    data = network_as_data(model, (1, 8, 8), ["cat", "dog"], name="pets", about={"by": "hand"})
    assert [layer["type"] for layer in data["layers"]] == ["conv2d", "relu", "flatten", "linear"]
    assert (data["name"], data["about"]) == ("pets", {"by": "hand"})
    assert data["classes"] == ["cat", "dog"]
    conv = data["layers"][0]
    factor = 1 / (4 + model[1].eps) ** 0.5
    assert torch.allclose(weights(data, conv["weight"]), model[0].weight * factor)
    assert torch.allclose(weights(data, conv["bias"]), torch.full((4,), -0.5 * factor))


def test_a_batch_norm_is_kept_where_something_else_uses_the_convolution():
    class Both(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.norm = nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)

        def forward(self, x):
            x = self.conv(x)
            return torch.flatten(x + self.norm(x), 1)

    layers = network_as_data(Both(), (1, 4, 4))["layers"]
    assert [layer["type"] for layer in layers] == ["conv2d", "scale", "add", "flatten"]
    assert layers[2]["inputs"] == ["conv", "norm"]


def test_the_model_stays_as_it_was(model):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.train()
    network_as_data(model, (1, 8, 8))
    assert model.training
    assert all(module.training for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_registered_network_knows_its_images(tmp_path):
    path = tmp_path / "lenet.json"
    export_network(build("lenet5"), path, dtype="float16")
    data = json.loads(path.read_text())
    assert data["input"] == [1, 32, 32]
    assert path.stat().st_size < 170_000
    assert list(tmp_path.iterdir()) == [path]


def test_a_shortcut_without_weights_becomes_a_convolution():
    data = network_as_data(build("resnet20"))
    assert sum(layer["type"] == "add" for layer in data["layers"]) == 9
    (halves,) = [layer for layer in data["layers"] if layer["name"] == "stage2.0.shortcut"]
    assert halves["stride"] == [2, 2]
    weight = weights(data, halves["weight"])[:, :, 0, 0]
    assert torch.equal(weight[8:24], torch.eye(16))
    assert weight.sum() == 16


def test_a_module_used_twice_is_two_layers():
    relu = nn.ReLU()
    model = nn.Sequential(nn.Flatten(), relu, nn.Linear(4, 4), relu, nn.Linear(4, 2))
    names = [layer["name"] for layer in network_as_data(model, (1, 2, 2))["layers"]]
    assert len(set(names)) == len(names) == 5


class Looks(nn.Module):
    def forward(self, x):
        return x.flatten(1) if x.sum() > 0 else -x.flatten(1)


class Halves(nn.Module):
    def forward(self, x):
        return torch.flatten(x * 0.5, 1)


class OverPixels(nn.Module):
    def forward(self, x):
        return torch.flatten(torch.cat([x, x], dim=2), 1)


class OneTensor(nn.Module):
    def __init__(self):
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return torch.flatten(x + self.shift, 1)


@pytest.mark.parametrize(("model", "message"), [
    (nn.GELU(), "expected layers that the format knows, got 0: GELU"),
    (nn.BatchNorm2d(1, track_running_stats=False), "batch norms that keep running statistics"),
    (nn.Conv2d(1, 1, 3, padding="same"), "convolutions padded with zeros, by a number"),
    (nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"), "padding .*, reflect"),
    (nn.AvgPool2d(2, divisor_override=3), "average pooling that divides by the window's size"),
    (nn.AdaptiveAvgPool2d(2), "adaptive pooling to 1 x 1, got to 2"),
    (nn.Flatten(2), "flatten all but the batch, got from 2 to -1"),
    (Looks(), "a forward pass that is the same for all images"),
    (Halves(), "multiply of two layers"),
    (OverPixels(), "layers that concatenate channels"),
    (OneTensor(), "layers that the format knows, got .*: a tensor of its own"),
])  # fmt: skip
def test_what_the_format_cannot_say_is_refused_by_name(model, message):
    with pytest.raises(ArgumentError, match=message):
        network_as_data(nn.Sequential(model, nn.Flatten()), (1, 8, 8))


def test_lenet_of_1998_is_refused_by_its_own_layer():
    with pytest.raises(ArgumentError, match=r"got C1\.squash: Squash"):
        network_as_data(build("lenet5_1998"))


def test_other_arguments_are_checked(model):
    with pytest.raises(ArgumentError, match="model: expected at most 1,000,000 parameters"):
        network_as_data(build("resnet18"))
    with pytest.raises(ArgumentError, match="dtype: expected 'float16' or 'float32', got 'int8'"):
        network_as_data(model, (1, 8, 8), dtype="int8")
    with pytest.raises(ArgumentError, match="input_shape: expected channels, height and width"):
        network_as_data(model)
    with pytest.raises(ShapeError, match=r"model: expected one for images of shape \(1, 9, 9\)"):
        network_as_data(model, (1, 9, 9))
    with pytest.raises(ShapeError, match="classes: expected 2 names, one for each score, got 3"):
        network_as_data(model, (1, 8, 8), "abc")
    with pytest.raises(ShapeError, match=r"model: expected scores of shape \(N, classes\)"):
        network_as_data(model[:3], (1, 8, 8))
    model[5].weight.data[0, 0] = 1e6
    with pytest.raises(ArgumentError, match=r"weights that torch\.float16 can hold"):
        network_as_data(model, (1, 8, 8), dtype="float16")


def test_a_function_means_its_module():
    class Functions(nn.Module):
        def forward(self, x):
            x = functional.max_pool2d(torch.relu(x), kernel_size=2, stride=1)
            return functional.softmax(torch.flatten(functional.avg_pool2d(x, 2), 1), dim=1)

    layers = network_as_data(Functions(), (1, 5, 5))["layers"]
    types = [layer["type"] for layer in layers]
    assert types == ["relu", "max_pool2d", "avg_pool2d", "flatten", "softmax"]
    assert layers[1]["kernel_size"] == [2, 2]
    assert layers[1]["stride"] == [1, 1]
