"""2-D convolution against numbers worked by hand, its loop, and PyTorch."""

from itertools import product

import numpy as np
import pytest
import torch
from scipy import signal
from torch.nn import functional as F  # noqa: N812

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers import conv2d, conv2d_loop, convolve2d, correlate2d

RAMP = np.arange(25.0).reshape(5, 5)
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}
# the stride, padding, dilation and groups of every combination that PyTorch has
GRID = [
    options
    for options in product(
        [1, 2, (3, 1)], [0, 1, (2, 0), "same", "valid"], [1, 2, (1, 3)], [1, 2, 4]
    )
    if options[1] != "same" or options[0] == 1
]


def random(shape, dtype=np.float64, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def test_correlate2d_by_hand():
    image = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    kernel = [[1, 0], [2, -1]]
    # 1*1 + 0*2 + 2*4 - 1*5 = 4, then 2 + 10 - 6 = 6, 4 + 14 - 8 = 10, 5 + 16 - 9 = 12
    assert correlate2d(image, kernel).tolist() == [[4, 6], [10, 12]]
    assert correlate2d(image, kernel, bias=0.5).tolist() == [[4.5, 6.5], [10.5, 12.5]]


def test_convolve2d_flips_the_kernel_along_both_axes():
    image = np.zeros((3, 3))
    image[1, 1] = 1
    kernel = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    padded = np.pad(image, 1)
    assert (convolve2d(padded, kernel) == kernel).all()
    assert (correlate2d(padded, kernel) == kernel[::-1, ::-1]).all()


@pytest.mark.parametrize("kernel_shape", [(3, 3), (2, 5), (1, 4)])
def test_both_agree_with_scipy(kernel_shape):
    image, kernel = random((7, 9)), random(kernel_shape, seed=1)
    for ours, theirs in [
        (correlate2d, signal.correlate2d), (convolve2d, signal.convolve2d)
    ]:  # fmt: skip
        assert ours(image, kernel) == pytest.approx(theirs(image, kernel, mode="valid"))


def test_box_of_ones_on_a_ramp_by_hand():
    out = conv2d(RAMP[None, None], np.ones((1, 1, 3, 3)))
    # nine times the middle pixel, since a ramp's mean is its middle
    assert out.tolist() == [[[[54, 63, 72], [99, 108, 117], [144, 153, 162]]]]


def test_two_channels_two_kernels_stride_and_bias_by_hand():
    x = np.stack([RAMP, 10 * np.ones((5, 5))])[None]
    weight = np.zeros((2, 2, 2, 2))
    weight[0, 0, 0, 0] = 1  # the top left pixel of channel 0
    weight[1, 1] = 1  # the sum of the four pixels of channel 1
    out = conv2d(x, weight, bias=[0, -1], stride=3)
    assert out.tolist() == [[[[0, 3], [15, 18]], [[39, 39], [39, 39]]]]


def test_same_puts_the_extra_zero_of_an_even_kernel_after():
    x = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 1, 3)
    assert conv2d(x, [[[[10, 1]]]], padding="same").tolist() == [[[[12, 23, 30]]]]


@pytest.mark.parametrize("kernel_size", [(3, 3), (2, 4)])
@pytest.mark.parametrize(("stride", "padding", "dilation", "groups"), GRID)
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
def test_conv2d_agrees_with_torch(kernel_size, stride, padding, dilation, groups):
    x = random((2, 4, 7, 10))
    weight, bias = random((8, 4 // groups, *kernel_size), seed=1), random(8, seed=2)
    options = (stride, padding, dilation, groups)
    expected = F.conv2d(*map(torch.tensor, (x, weight, bias)), *options).numpy()
    out = conv2d(x, weight, bias, *options)
    assert out.shape == expected.shape
    assert out == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("kernel_size", [(3, 3), (2, 4)])
@pytest.mark.parametrize(
    ("stride", "padding", "dilation", "groups"),
    [(1, 0, 1, 1), (2, 1, 1, 2), ((1, 3), "valid", 2, 1), (1, "same", (1, 2), 4)],
)
def test_conv2d_equals_its_loop(kernel_size, stride, padding, dilation, groups):
    x = random((2, 4, 6, 9))
    weight, bias = random((4, 4 // groups, *kernel_size), seed=1), random(4, seed=2)
    options = (stride, padding, dilation, groups)
    expected = conv2d_loop(x, weight, bias, *options)
    assert conv2d(x, weight, bias, *options) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("conv", [conv2d, conv2d_loop])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types_are_kept(conv, dtype):
    x, weight = random((1, 2, 4, 5), dtype), random((3, 2, 2, 3), dtype, seed=1)
    out = conv(x, weight, random(3, dtype, seed=2), padding=1)
    assert out.dtype == dtype


@pytest.mark.parametrize("conv", [conv2d, conv2d_loop])
def test_integers_are_exact(conv):
    x = np.full((1, 1, 3, 3), 200, dtype=np.uint8)
    out = conv(x, np.full((1, 1, 3, 3), 100, dtype=np.int8), bias=np.array([1]))
    assert out.dtype == np.int64
    assert out.tolist() == [[[[180_001]]]]
    big = np.full((1, 1, 1, 2), 2**31)
    assert conv(big, big[..., :1] + 1).tolist() == [[[[2**62 + 2**31] * 2]]]


@pytest.mark.parametrize("conv", [conv2d, conv2d_loop])
def test_nan_reaches_the_windows_that_hold_it_and_no_other(conv):
    x = np.ones((1, 1, 5, 6))
    x[0, 0, 0, 1] = np.nan
    out = conv(x, np.ones((1, 1, 2, 2)))
    expected = np.zeros((4, 5), dtype=bool)
    expected[0, :2] = True
    assert (np.isnan(out[0, 0]) == expected).all()


@pytest.mark.parametrize("conv", [conv2d, conv2d_loop])
def test_empty_batch(conv):
    out = conv(np.zeros((0, 3, 8, 9), np.float32), np.zeros((5, 3, 3, 2), np.float32), stride=2)
    assert out.shape == (0, 5, 3, 4)
    assert out.dtype == np.float32


def memory_orders(x):
    spaced = np.repeat(x, 2, axis=-1)
    return {
        "Fortran": np.asfortranarray(x),
        "every other column": spaced[..., ::2],
        "channels last": np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2),
        "backwards": np.ascontiguousarray(x[:, ::-1, ::-1])[:, ::-1, ::-1],
    }


@pytest.mark.parametrize("padding", [0, 1])
def test_memory_order_does_not_change_the_result(padding):
    x, weight = random((2, 4, 6, 7)), random((6, 4, 3, 3), seed=1)
    expected = conv2d(x, weight, padding=padding)
    for name, other in memory_orders(x).items():
        assert (conv2d(other, weight, padding=padding) == expected).all(), name
    for name, other in memory_orders(weight).items():
        assert (conv2d(x, other, padding=padding) == expected).all(), name


@pytest.mark.parametrize("padding", [0, 1])
def test_inputs_are_not_modified(padding):
    arrays = random((2, 2, 4, 5)), random((2, 2, 3, 3), seed=1), random(2, seed=2)
    before = [a.copy() for a in arrays]
    for a in arrays:
        a.flags.writeable = False
    conv2d(*arrays, padding=padding)
    assert all((a == b).all() for a, b in zip(arrays, before, strict=True))


X, WEIGHT = np.ones((1, 4, 5, 6)), np.ones((2, 4, 3, 3))


@pytest.mark.parametrize("conv", [conv2d, conv2d_loop])
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x": X[0]}, r"x: expected an array of shape \(N, C_in, H, W\), got 3 axes"),
        ({"x": X[:, :0]}, "x: expected .* with nothing empty"),
        ({"weight": WEIGHT[0]}, "weight: expected an array of shape .*, got 3 axes"),
        ({"weight": WEIGHT[:, :3]}, "weight: expected 4 channels in each kernel .*, got 3"),
        ({"weight": WEIGHT, "groups": 2}, "weight: expected 2 channels in each kernel .*, got 4"),
        ({"groups": 3}, "groups: expected a divisor of 4 input and 2 output channels, got 3"),
        ({"groups": 0}, "groups: expected an integer of at least 1, got 0"),
        ({"bias": np.ones(3)}, r"bias: expected shape \(2,\), got \(3,\)"),
        ({"bias": np.ones(2, np.float32)}, "bias: expected float64, the type of weight"),
        ({"weight": np.ones((2, 4, 6, 1))}, "kernel_size: expected a window no larger .* 5 x 6"),
        ({"dilation": 3}, "kernel_size: expected .* got a window of 7 x 7"),
        ({"stride": 0}, "stride: expected an integer of at least 1, or 2 of them, got 0"),
        ({"stride": (1, 2, 3)}, "stride: expected .* or 2 of them"),
        ({"dilation": -1}, "dilation: expected an integer of at least 1"),
        ({"padding": -1}, "padding: expected an integer of at least 0"),
        ({"padding": "full"}, "padding: expected integers of at least 0, 'same' or 'valid'"),
        ({"padding": "same", "stride": 2}, "stride: expected 1, which padding='same' needs"),
    ],
)
def test_errors_name_the_argument(conv, changed, message):
    with pytest.raises(ArgumentError, match=rf"^{message}"):
        conv(**({"x": X, "weight": WEIGHT} | changed))


@pytest.mark.parametrize("correlate", [correlate2d, convolve2d])
def test_errors_of_single_images(correlate):
    with pytest.raises(ShapeError, match=r"^image: expected an array of shape \(H, W\)"):
        correlate(np.ones((1, 3, 3)), np.ones((2, 2)))
    with pytest.raises(ShapeError, match=r"^kernel: "):
        correlate(np.ones((3, 3)), np.ones(2))
    with pytest.raises(ShapeError, match=r"^kernel_size: .* 3 x 3, got a window of 4 x 1"):
        correlate(np.ones((3, 3)), np.ones((4, 1)))
