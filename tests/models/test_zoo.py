"""What the instruments show of the registered networks adds up to what the registry says."""

import json

import pytest

from cnncourse import models
from cnncourse.errors import ArgumentError
from cnncourse.models import zoo
from cnncourse.models.measure import layer_table, widest_path
from cnncourse.shapes import Window, receptive_field

NAMES = ["lenet5_1998", "vgg11", "googlenet", "mobilenet_v3_small", "vit_mini"]


@pytest.fixture(scope="module")
def catalogue():
    return zoo.catalogue(NAMES)


def layers_of(data, network):
    for stage, numbers in network["stages"]:
        for path, layer in zip(numbers[::2], numbers[1::2], strict=True):
            yield stage, data["paths"][path], data["layers"][layer]


def test_networks_add_up(catalogue):
    assert [network["name"] for network in catalogue["networks"]] == NAMES
    for network in catalogue["networks"]:
        facts = models.facts(network["name"])
        layers = [layer for *_, layer in layers_of(catalogue, network)]
        assert sum(layer[3] for layer in layers) == facts.parameters, facts.name
        assert sum(layer[4] for layer in layers) == facts.multiply_adds, facts.name


def test_layers_come_in_the_order_of_the_image(catalogue):
    (vgg,) = (n for n in catalogue["networks"] if n["name"] == "vgg11")
    rows = list(layers_of(catalogue, vgg))
    assert [stage for stage, *_ in rows][::4] == ["stage1", "stage3", "stage4", "stage5", "head"]
    assert rows[0] == ("stage1", "0", ["Conv2d", "3 x 3", [64, 224, 224], 1792, 86704128])
    assert rows[1] == ("stage1", "2", ["MaxPool2d", "2 x 2, stride 2", [64, 112, 112], 0, 0])
    assert rows[-1][2] == ["Linear", "4096 to 1000", [1000], 4_097_000, 4_096_000]


def test_groups_and_strides_are_named():
    rows = layer_table(models.build("mobilenet_v1"))
    assert {"3 x 3, stride 2", "3 x 3, 32 groups", "1 x 1"} <= {row.detail for row in rows}


def test_the_data_is_plain(catalogue):
    data = [catalogue, zoo.stage_costs(["vgg16"]), zoo.stacks(["vgg16"]), zoo.scaled_family()]
    assert json.loads(json.dumps(data)) == data


@pytest.mark.parametrize("name", ["vgg16", "googlenet", "densenet121", "vit_b_16"])
def test_stages_add_up(name):
    (network,) = zoo.stage_costs([name])
    facts = models.facts(name)
    assert sum(s["parameters"] for s in network["stages"]) == facts.parameters
    assert sum(s["multiply_adds"] for s in network["stages"]) == facts.multiply_adds


def test_activations_are_the_outputs_of_convolutions_and_dense_layers():
    (network,) = zoo.stage_costs(["vgg16"])
    by_hand = [2 * 64 * 224**2, 2 * 128 * 112**2, 3 * 256 * 56**2, 3 * 512 * 28**2, 3 * 512 * 14**2]
    assert [stage["activations"] for stage in network["stages"]] == [*by_hand, 4096 + 4096 + 1000]


@pytest.mark.parametrize(("name", "size"), [
    ("lenet5", 32), ("alexnet", 195), ("vgg16", 212), ("resnet18", 435), ("resnet34", 899),
    ("resnet50", 427), ("resnet101", 971), ("resnet152", 1451),
])  # fmt: skip
def test_stacks_see_what_their_networks_see(name, size):
    (stack,) = zoo.stacks([name])
    windows = [Window(*layer) for layer in stack["layers"]]
    assert receptive_field(windows)[-1].size == size
    assert (1, 1, 0, 1) not in windows


def test_a_network_that_sees_everything_at_once_has_no_last_window():
    assert widest_path(models.build("vit_mini"))[-1] == Window(4, 4)
    with pytest.raises(ArgumentError, match="registered"):
        zoo.stacks(["vgg15"])
