"""Sizes, parameters, work and receptive fields against hand-worked numbers and the papers'."""

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.shapes import (
    Window,
    conv_multiply_adds,
    conv_output_shape,
    conv_parameters,
    dense_multiply_adds,
    dense_parameters,
    output_size,
    receptive_field,
    same_padding,
)

VGG16 = [
    64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool",
    512, 512, 512, "pool", 512, 512, 512, "pool",
]  # fmt: skip
ALEXNET = [
    Window(11, 4, 2), Window(3, 2), Window(5, 1, 2), Window(3, 2),
    Window(3, 1, 1), Window(3, 1, 1), Window(3, 1, 1), Window(3, 2),
]  # fmt: skip
LENET_C5 = [Window(5), Window(2, 2), Window(5), Window(2, 2), Window(5)]


@pytest.mark.parametrize(
    ("size", "options", "expected"),
    [
        (32, {"kernel_size": 5}, 28),
        (9, {"kernel_size": 3}, 7),
        (224, {"kernel_size": 3, "padding": 1}, 224),
        (224, {"kernel_size": 11, "stride": 4, "padding": 2}, 55),
        (224, {"kernel_size": 7, "stride": 2, "padding": 3}, 112),
        (7, {"kernel_size": 3, "dilation": 3}, 1),
        (6, {"kernel_size": 3, "stride": 2}, 2),
        (10, {"kernel_size": 4, "padding": "same"}, 10),
        (10, {"kernel_size": 4, "padding": "valid"}, 7),
    ],
)
def test_output_size_by_hand(size, options, expected):
    assert output_size(size, **options) == expected


@pytest.mark.parametrize("stride", [1, (2, 3)])
@pytest.mark.parametrize("padding", [0, (2, 1), "same", "valid"])
@pytest.mark.parametrize("dilation", [1, (1, 2)])
@pytest.mark.parametrize("kernel_size", [(3, 3), (2, 4)])
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
def test_conv_output_shape_agrees_with_torch(stride, padding, dilation, kernel_size):
    if padding == "same" and stride != 1:
        padding = 0
    x, weight = torch.zeros(1, 1, 11, 14), torch.zeros(1, 1, *kernel_size)
    expected = F.conv2d(x, weight, None, stride, padding, dilation).shape[2:]
    assert conv_output_shape((11, 14), kernel_size, stride, padding, dilation) == tuple(expected)


def test_same_padding_puts_the_extra_zero_after():
    assert same_padding(5) == (2, 2)
    assert same_padding(2) == (0, 1)
    assert same_padding(3, dilation=2) == (2, 2)
    assert same_padding(4, dilation=3) == (4, 5)


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        (conv_parameters(256, 256, 3), 590_080),
        (conv_parameters(3, 64, 3), 1_792),
        (conv_parameters(64, 128, 3), 73_856),
        (conv_parameters(128, 256, 3), 295_168),
        (conv_parameters(256, 256, 3, groups=256, bias=False), 9 * 256),
        (conv_parameters(1, 8, (3, 3, 3), bias=False), 216),
        (conv_parameters(4, 8, (5,)), 168),
        (dense_parameters(150_528, 1000), 150_529_000),
        (dense_parameters(150_528, 1000, bias=False), 150_528_000),
        (dense_parameters(200_704, 4096), 822_087_680),
        (dense_multiply_adds(120, 84), 10_080),
    ],
)
def test_counts_by_hand(counted, expected):
    assert counted == expected


def test_depthwise_separable_saves_eight_ninths():
    depthwise = conv_parameters(256, 256, 3, groups=256, bias=False)
    assert depthwise + conv_parameters(256, 256, 1, bias=False) == 67_840
    assert conv_parameters(256, 256, 3, bias=False) == 589_824


def test_lenet5_of_1998_has_60000_parameters():
    subsampling = [2 * 6, 2 * 16]  # a factor and a bias for each map
    c3 = sum(conv_parameters(seen, 1, 5) for seen in [3] * 6 + [4] * 9 + [6])
    layers = [conv_parameters(1, 6, 5), c3, conv_parameters(16, 120, 5), dense_parameters(120, 84)]
    assert sum(layers) + sum(subsampling) == 60_000
    full_c3 = [conv_parameters(6, 16, 5) - c3, dense_parameters(84, 10) - sum(subsampling)]
    assert 60_000 + sum(full_c3) == 61_706


def test_vgg16_totals():
    parameters = multiply_adds = 0
    channels, size = 3, 224
    for step in VGG16:
        if step == "pool":
            size = output_size(size, 2, stride=2)
        else:
            size = output_size(size, 3, padding=1)
            parameters += conv_parameters(channels, step, 3)
            multiply_adds += conv_multiply_adds(channels, step, 3, (size, size))
            channels = step
    assert (channels, size) == (512, 7)
    for inputs, outputs in [(512 * 7 * 7, 4096), (4096, 4096), (4096, 1000)]:
        parameters += dense_parameters(inputs, outputs)
        multiply_adds += dense_multiply_adds(inputs, outputs)
    assert parameters == 138_357_544
    assert multiply_adds == 15_470_264_320


def test_multiply_adds_of_groups():
    assert conv_multiply_adds(64, 64, 3, (56, 56), groups=64) == 64 * 9 * 56 * 56


@pytest.mark.parametrize(
    ("layers", "size", "jump"),
    [
        (LENET_C5, 32, 4),
        (ALEXNET, 195, 32),
        ([Window(2, 2) if step == "pool" else Window(3, 1, 1) for step in VGG16], 212, 32),
        ([Window(3)] * 10, 21, 1),
        ([Window(3)] * 112, 225, 1),
        ([Window(3), Window(2, 2), Window(3), Window(2, 2), Window(3)], 18, 4),
        ([*[Window(3)] * 3, Window(2, 2), Window(2, 2)], 10, 4),
        ([Window(2, 2), Window(2, 2), *[Window(3)] * 3], 28, 4),
        ([Window(3, dilation=d) for d in (1, 2, 4)], 15, 1),
    ],
)
def test_receptive_field_sizes(layers, size, jump):
    assert receptive_field(layers)[-1][:2] == (size, jump)


def test_receptive_field_of_each_layer():
    fields = receptive_field([Window(3, padding="same"), Window(2, 2), Window(3, 1, 1)])
    assert fields == [(3, 1, -1), (4, 2, -1), (8, 2, -3)]


def test_receptive_field_is_where_the_gradient_is():
    """Output 3 of the third layer depends on exactly the pixels that its field names."""
    layers = [Window(3, 2), Window(2, 1), Window(3, 2, 1, 2)]
    x = torch.zeros(1, 1, 64, requires_grad=True)
    y = x
    for k, s, p, d in layers:
        y = F.conv1d(y, torch.ones(1, 1, k), None, s, p, d)
    y[0, 0, 3].backward()
    seen = x.grad[0, 0].nonzero().flatten()
    field = receptive_field(layers)[-1]
    assert seen[0] == field.start + 3 * field.jump
    assert seen[-1] - seen[0] + 1 == field.size


def test_empty_stack_has_no_fields():
    assert receptive_field([]) == []


@pytest.mark.parametrize(
    ("call", "argument", "words"),
    [
        (lambda: output_size(4, 5), "kernel_size", "no larger than the padded input, 4"),
        (lambda: output_size(4, 3, dilation=2), "kernel_size", "a window of 5"),
        (lambda: output_size(4, 3, stride=0), "stride", "at least 1, got 0"),
        (lambda: output_size(4, 0), "kernel_size", "at least 1, got 0"),
        (lambda: output_size(4, 3, dilation=0), "dilation", "at least 1"),
        (lambda: output_size(4, 3, padding=-1), "padding", "at least 0, got -1"),
        (lambda: output_size(4, 3, padding="full"), "padding", "'same' or 'valid', got 'full'"),
        (lambda: output_size(4, 3, stride=2, padding="same"), "stride", "padding='same'"),
        (lambda: output_size(4, 2.5), "kernel_size", "an integer"),
        (lambda: conv_output_shape((4, 4), (1, 1, 1)), "kernel_size", "or 2 of them"),
        (lambda: conv_output_shape((4, 4), 3, stride="2"), "stride", "got '2'"),
        (lambda: conv_parameters(6, 4, 3, groups=4), "groups", "divisor of 6 input and 4 output"),
        (lambda: conv_parameters(0, 4, 3), "in_channels", "at least 1"),
        (lambda: dense_parameters(3, -1), "out_features", "at least 1"),
        (lambda: receptive_field([Window(3, stride=0)]), "stride", "at least 1"),
    ],
)
def test_errors_name_the_argument(call, argument, words):
    with pytest.raises(ArgumentError, match=rf"^{argument}: expected .*{words}"):
        call()


def test_kernel_too_large_is_a_shape_error():
    with pytest.raises(ShapeError, match="6 x 3"):
        conv_output_shape((4, 1), (3, 7), padding=1)
