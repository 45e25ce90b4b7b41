"""Pooling against numbers worked by hand, its loops, and PyTorch."""

from itertools import product

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers import (
    avg_pool2d,
    avg_pool2d_loop,
    global_avg_pool2d,
    max_pool2d,
    max_pool2d_loop,
)

KERNELS = [(2, 2), (3, 3), (3, 2)]
# kernel size, stride, padding, ceil_mode
GRID = list(product(KERNELS, [None, 1, 2, (3, 2)], [0, 1, (1, 0)], [False, True]))


def random(shape, dtype=np.float64):
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


def test_max_by_hand():
    x = np.array([[[[1, 3, 2, 4], [5, 6, 1, 2], [7, 2, 9, 1], [4, 8, 3, 8]]]])
    assert max_pool2d(x, 2).tolist() == [[[[6, 4], [8, 9]]]]
    assert max_pool2d(x, 3, stride=1).tolist() == [[[[9, 9], [9, 9]]]]
    # padding is never the largest, even below zero
    assert max_pool2d(-x, 2, padding=1).tolist() == [[[[-1, -2, -4], [-5, -1, -1], [-4, -3, -8]]]]


def test_a_shift_inside_the_window_is_absorbed_and_one_across_its_border_is_not():
    x = np.array([[0, 0, 0, 0], [0, 9, 1, 0], [0, 0, 0, 2], [0, 0, 3, 0]])

    def pooled(image):
        return max_pool2d(image[None, None], 2)[0, 0].tolist()

    assert pooled(x) == [[9, 1], [0, 3]]
    assert pooled(np.roll(x, -1, axis=1))[0][0] == 9
    assert pooled(np.roll(x, 1, axis=1))[0] == [0, 9]


def test_average_by_hand():
    x = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    assert avg_pool2d(x, 2, stride=1).tolist() == [[[[3, 4]]]]
    assert avg_pool2d(x, 2, padding=1).tolist() == [[[[0.25, 1.25], [1, 2.75]]]]
    apart = avg_pool2d(x, 2, padding=1, count_include_pad=False)
    assert apart.tolist() == [[[[1, 2.5], [4, 5.5]]]]
    # the last window hangs over the end: its mean is of the pixels that are there
    assert avg_pool2d(x, 2, ceil_mode=True).tolist() == [[[[3, 4.5]]]]


def test_global_average_by_hand():
    x = np.arange(12.0).reshape(1, 2, 2, 3)
    assert global_avg_pool2d(x).tolist() == [[2.5, 8.5]]


@pytest.mark.parametrize("dilation", [1, 2, (1, 2)])
@pytest.mark.parametrize(("kernel_size", "stride", "padding", "ceil_mode"), GRID)
def test_max_agrees_with_torch(kernel_size, stride, padding, dilation, ceil_mode):
    x = random((2, 3, 7, 10))
    options = (kernel_size, stride, padding, dilation, ceil_mode)
    expected = F.max_pool2d(torch.tensor(x), *options).numpy()
    assert np.array_equal(max_pool2d(x, *options), expected)


@pytest.mark.parametrize("count_include_pad", [True, False])
@pytest.mark.parametrize(("kernel_size", "stride", "padding", "ceil_mode"), GRID)
def test_average_agrees_with_torch(kernel_size, stride, padding, ceil_mode, count_include_pad):
    x = random((2, 3, 7, 10))
    options = (kernel_size, stride, padding, ceil_mode, count_include_pad)
    expected = F.avg_pool2d(torch.tensor(x), *options).numpy()
    assert avg_pool2d(x, *options) == pytest.approx(expected, rel=1e-12)


def test_global_average_agrees_with_torch():
    x = random((2, 3, 5, 8))
    expected = F.adaptive_avg_pool2d(torch.tensor(x), 1).flatten(1).numpy()
    assert global_avg_pool2d(x) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("ceil_mode", [True, False])
@pytest.mark.parametrize("padding", [0, 1, (0, 1)])
@pytest.mark.parametrize("kernel_size", KERNELS)
def test_pools_equal_their_loops(kernel_size, padding, ceil_mode):
    x = random((2, 2, 5, 8))
    options = {"kernel_size": kernel_size, "padding": padding, "ceil_mode": ceil_mode}
    assert np.array_equal(max_pool2d(x, **options), max_pool2d_loop(x, **options))
    dilated = options | {"dilation": 2, "stride": (2, 1)}
    assert np.array_equal(max_pool2d(x, **dilated), max_pool2d_loop(x, **dilated))
    for include in (True, False):
        options["count_include_pad"] = include
        assert avg_pool2d(x, **options) == pytest.approx(avg_pool2d_loop(x, **options), rel=1e-12)


@pytest.mark.parametrize("kernel_size", [3, 4])
def test_ceil_mode_may_hang_over_a_small_image_as_in_torch(kernel_size):
    x = random((1, 1, 2, 2))
    expected = F.max_pool2d(torch.tensor(x), kernel_size, ceil_mode=True).numpy()
    assert np.array_equal(max_pool2d(x, kernel_size, ceil_mode=True), expected)


def apply(pool, x, **options):
    return pool(x) if pool is global_avg_pool2d else pool(x, 2, **options)


ALL = [max_pool2d, max_pool2d_loop, avg_pool2d, avg_pool2d_loop, global_avg_pool2d]
AVERAGES = ALL[2:]


@pytest.mark.parametrize("pool", ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types_are_kept_and_empty_batches_work(pool, dtype):
    assert apply(pool, random((2, 3, 4, 5), dtype)).dtype == dtype
    empty = apply(pool, np.zeros((0, 3, 4, 5), dtype))
    assert empty.shape in [(0, 3, 2, 2), (0, 3)]
    assert empty.dtype == dtype


@pytest.mark.parametrize("pool", [max_pool2d, max_pool2d_loop])
def test_the_largest_of_integers_is_exact(pool):
    x = np.array([[[[2**62, 2**62 + 1], [-1, 0]]]])
    assert pool(x, 2).tolist() == [[[[2**62 + 1]]]]
    assert pool(-abs(x), 2, padding=1).dtype == np.int64


@pytest.mark.parametrize("pool", AVERAGES)
def test_the_mean_of_integers_is_refused(pool):
    with pytest.raises(ArgumentError, match=r"^x: expected float32 or float64, got uint8"):
        apply(pool, np.ones((1, 1, 2, 2), np.uint8))


@pytest.mark.parametrize("pool", ALL)
def test_nan_stays_in_its_window(pool):
    x = random((1, 2, 4, 4))
    x[0, 1, 1, 3] = np.nan
    out = np.isnan(apply(pool, x))
    if pool is global_avg_pool2d:
        assert out.tolist() == [[False, True]]
    else:
        assert out[0].tolist() == [[[False] * 2] * 2, [[False, True], [False] * 2]]


@pytest.mark.parametrize("pool", ALL)
def test_memory_order_does_not_change_the_result_nor_the_input(pool):
    x = random((2, 3, 6, 7))
    expected = apply(pool, x)
    backwards = np.ascontiguousarray(x[:, ::-1, :, ::-1])[:, ::-1, :, ::-1]
    for other in (np.asfortranarray(x), np.repeat(x, 2, axis=3)[..., ::2], backwards):
        before = other.copy()
        other.flags.writeable = False
        assert np.array_equal(apply(pool, other), expected)
        assert np.array_equal(other, before)


@pytest.mark.parametrize("pool", ALL)
def test_wrong_axes_are_named(pool):
    with pytest.raises(ShapeError, match=r"^x: expected an array of shape \(N, C, H, W\)"):
        apply(pool, np.ones((3, 4, 4)))
    with pytest.raises(ShapeError, match=r"^x: expected .* with nothing empty"):
        apply(pool, np.ones((1, 3, 0, 4)))


@pytest.mark.parametrize("pool", ALL[:4])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel_size": 6}, "kernel_size: expected a window no larger than .*, 4 x 5, got"),
        ({"kernel_size": 9, "stride": 2, "ceil_mode": True}, "kernel_size: expected a window"),
        ({"kernel_size": 0}, "kernel_size: expected an integer of at least 1"),
        ({"kernel_size": 2, "stride": 0}, "stride: expected an integer of at least 1"),
        ({"kernel_size": 3, "padding": 2}, r"padding: expected at most half the kernel, \(3, 3\)"),
        ({"kernel_size": 2, "padding": "same"}, "padding: expected an integer of at least 0"),
    ],
)
def test_errors_name_the_argument(pool, options, message):
    with pytest.raises(ArgumentError, match=rf"^{message}"):
        pool(np.ones((1, 1, 4, 5)), **options)
