"""The network in the page: what `cnncourse export` writes, computed in JavaScript, is PyTorch's."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cnncourse.instruments.stored import digit_network, example_digits, stored
from cnncourse.models import build
from cnncourse.models.export import network_as_data


def every_kind():
    """Layers with options that are easily confused, on images that are not square."""
    return nn.Sequential(
        nn.Conv2d(2, 6, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2),
        nn.LeakyReLU(0.2),
        nn.MaxPool2d(3, 2, padding=1, ceil_mode=True),
        nn.BatchNorm2d(6),
        nn.SiLU(),
        nn.AvgPool2d((2, 3), (1, 2), padding=(1, 1), ceil_mode=True),
        nn.Conv2d(6, 5, 1, bias=False),
        nn.BatchNorm2d(5),
        nn.Hardswish(),
        nn.AvgPool2d(2, 1, padding=1, count_include_pad=False),
        nn.Dropout(0.5),
        nn.Hardsigmoid(),
        nn.MaxPool2d(2, 1, dilation=2),
        nn.Tanh(),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Linear(5, 7, bias=False),
        nn.Sigmoid(),
        nn.Linear(7, 4),
        nn.ReLU6(),
        nn.Softmax(1),
    )


class InFunctions(nn.Module):
    """What people write in a forward of their own: joins, gates, functions."""

    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Conv2d(1, 3, 3, padding=1), nn.Conv2d(1, 2, 5, padding=2)
        self.gate, self.out = nn.Conv2d(5, 5, 1), nn.Linear(5 * 5 * 5, 3)

    def forward(self, x):
        x = torch.cat([torch.relu(self.left(x)), self.right(x).tanh()], dim=1)
        x = x * torch.sigmoid(self.gate(functional.adaptive_avg_pool2d(x, 1))) + x
        x = functional.dropout(functional.max_pool2d(x, 2), 0.5, self.training)
        return self.out(torch.flatten(x, 1))


def settled(model):
    """With batch norms that have seen data, in evaluation."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -1, 1)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 2)
            nn.init.uniform_(module.bias, -1, 1)
    return model.eval()


def case(name, model, shape, count=2):
    images = torch.rand(count, *shape)
    with torch.no_grad():
        scores = model(images)
    return {
        "name": name, "network": network_as_data(model, shape),
        "images": images.flatten(1).numpy(), "scores": scores.numpy(),
    }  # fmt: skip


def stored_case(lenet):
    """The network of the package on the digits of the package."""
    model = deepcopy(lenet)
    for tensor, param in zip(model.parameters(), digit_network().params.values(), strict=True):
        tensor.data = torch.from_numpy(param).float().reshape(tensor.shape)
    images = torch.from_numpy(example_digits()[0]).float()[:, None]
    with torch.no_grad():
        scores = model(images)
    return {
        "name": "stored", "network": stored("lenet"), "images": images.flatten(1).numpy(),
        "scores": scores.numpy(), "layers": inside(model, images),
    }  # fmt: skip


def inside(model, images):
    """The output of each layer by its name in the file."""
    found, handles = {}, []
    for name, module in model.named_modules():
        if not list(module.children()):
            short = name.removeprefix("features.").removeprefix("head.")
            handles.append(module.register_forward_hook(
                lambda _, __, y, short=short: found.__setitem__(short, y.flatten(1).numpy().copy())
            ))  # fmt: skip
    with torch.no_grad():
        model(torch.as_tensor(images).reshape(-1, 1, 28, 28))
    for handle in handles:
        handle.remove()
    return found


def fields(model, layers):
    """What a unit sees: the pixels that make it NaN when they are NaN."""
    poisoned = np.zeros((784, 784), np.float32)
    np.fill_diagonal(poisoned, np.nan)
    found = inside(model, poisoned)
    for layer, (size, row, column) in layers.items():
        seen = np.isnan(found[layer].reshape(28, 28, -1, size, size)[:, :, 0, row, column])
        rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
        box = [rows[0], columns[0], rows[-1], columns[-1]]
        yield {"layer": layer, "row": row, "column": column, "box": list(map(int, box))}


@pytest.fixture(scope="module")
def cases():
    torch.manual_seed(0)
    lenet = build("lenet5", image_size=28).eval()
    found = [
        case("lenet5", lenet, (1, 28, 28)),
        case("resnet20", settled(build("resnet20", in_channels=1)), (1, 32, 32), 1),
        case("preact_resnet20", settled(build("preact_resnet20")), (3, 32, 32), 1),
        case("every kind", settled(every_kind()), (2, 15, 18)),
        case("in functions", InFunctions().eval(), (1, 10, 10)),
    ]
    found[0]["layers"] = inside(lenet, found[0]["images"])
    found.append(stored_case(lenet))
    places = {"C1.conv": (28, 0, 5), "S2": (14, 3, 13), "C3.relu": (10, 9, 0), "S4": (5, 2, 1),
              "C5.conv": (1, 0, 0)}  # fmt: skip
    found[0]["fields"] = list(fields(lenet, places))
    return found


def test_network(node, cases):
    small = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
    values = [1.0, -2.5, 2.0**-24, -(2.0**-14), 65504.0, 0.0, 1 / 3, 1e-5]
    line = nn.Sequential(nn.Flatten(), nn.Linear(8, 1, bias=False))
    line[1].weight.data = torch.tensor([values])
    node("network", {
        "cases": cases,
        "small": network_as_data(small, (1, 8, 8)),
        "half": {
            "network": network_as_data(line, (1, 2, 4), dtype="float16"),
            "values": line[1].weight.half().float().flatten().tolist(),
        },
    })  # fmt: skip
    assert cases[0]["fields"][1]["box"] == [4, 24, 9, 27]
