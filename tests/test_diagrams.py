"""Diagrams say what the network says of itself."""

import pytest
from torch import nn

from cnncourse.diagrams import describe_layers, show_block, show_stages
from cnncourse.errors import ArgumentError
from cnncourse.models import build, stage_shapes


def words(figure):
    figure.canvas.draw()
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("name", ["lenet5_1998", "googlenet_2014"])
def test_every_stage_stands_there_with_its_shape(name):
    network = build(name)
    shown = words(show_stages(network))
    assert shown[0::2] == ["image", *stage_shapes(network)]
    assert all(shape.count("×") == 2 for shape in shown[1::2])


def test_maps_are_as_high_as_they_are_and_more_of_them_wider():
    boxes = show_stages(build("vgg16")).axes[0].patches
    heights = [box.get_height() for box in boxes]
    widths = [box.get_width() for box in boxes]
    assert heights[0] / heights[2] == pytest.approx(2)  # 224 and 56 pixels: the square root of 4
    assert widths == sorted(widths)


def test_a_residual_block_is_described_layer_by_layer():
    block = build("resnet50").features.conv3_x[0]
    assert describe_layers(block.residual) == [
        "1 × 1 conv, 128", "batch norm", "ReLU", "3 × 3 conv, 128, stride 2", "batch norm", "ReLU",
        "1 × 1 conv, 512", "batch norm",
    ]  # fmt: skip
    assert describe_layers(nn.Sequential(nn.Conv2d(4, 4, 3, groups=4), nn.Dropout())) == [
        "3 × 3 depthwise, 4"
    ]


def test_branches_and_what_joins_them_are_drawn():
    shown = words(show_block({"a": ["1 × 1 conv, 8"], "b": []}, "concatenate", after=["ReLU"]))
    assert shown == ["input", "a", "1 × 1 conv, 8", "b", "concatenate", "ReLU"]
    with pytest.raises(ArgumentError, match="branches: expected at least one, got none"):
        show_block({}, "+")
