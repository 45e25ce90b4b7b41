"""The column matrix in strips is that of im2col, and its way back is that of col2im."""

from itertools import product

import numpy as np
import pytest

from cnncourse.layers.columns import Block, Columns, bytes_of, parts, strips
from cnncourse.layers.geometry import check_conv
from cnncourse.layers.products import STRIP_BYTES, choose_block
from cnncourse.layers.teaching import col2im, im2col

# stride, padding, dilation
OPTIONS = [
    (1, 0, 1), (1, 1, 1), (2, 0, 1), (2, 3, 1), ((3, 2), (0, 4), 1), (2, 1, 2), ((2, 3), 2, (3, 2)),
]  # fmt: skip


def random(shape):
    return np.random.default_rng(0).standard_normal(shape)


def prepare(stride, padding, dilation):
    x = random((3, 4, 9, 11))
    g = check_conv(x, random((2, 4, 3, 2)), None, stride, padding, dilation, 1).geometry
    return x, g, (g.kernel_size, stride, padding, dilation)


def columns_of(x, g, block, ones=False):
    """Columns in memory that holds what someone left there."""
    size = bytes_of(g, block, x.itemsize, ones)
    return Columns(g, block, x, ones, np.full(size, 0xAB, np.uint8))


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize(("rows", "width", "images"), [(99, 99, 2), (2, 99, 1), (1, 3, 1)])
def test_strips_are_parts_of_the_whole_matrix(options, rows, width, images, joined):
    x, g, arguments = prepare(*options)
    whole = im2col(x, *arguments)
    H_out, W_out = g.output_shape
    block = Block(images, 1, min(rows, H_out), min(width, W_out), joined)
    columns = columns_of(x, g, block, ones=True)
    seen = np.zeros((len(x), H_out * W_out), dtype=int)
    for part, strip in product(parts(g, len(x), block), strips(g, block)):
        matrices = columns.matrix(part, strip)
        expected = whole[part.images, :, strip.positions]
        if joined:
            expected = expected.swapaxes(0, 1).reshape(1, g.taps, -1)
        assert np.array_equal(matrices[:, 0, :-1], expected)
        assert (matrices[:, :, -1] == 1).all()
        seen[part.images, strip.positions] += 1
    assert (seen == 1).all()


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize(("rows", "width", "images"), [(99, 99, 2), (2, 99, 1), (1, 3, 1)])
def test_the_way_back_adds_what_col2im_adds(options, rows, width, images, joined):
    x, g, arguments = prepare(*options)
    whole = random(im2col(x, *arguments).shape)
    expected = col2im(whole, x.shape[2:], *arguments)
    H_out, W_out = g.output_shape
    block = Block(images, 1, min(rows, H_out), min(width, W_out), joined)
    found = np.zeros_like(x)
    columns = columns_of(found, g, block)
    for part, strip in product(parts(g, len(x), block), strips(g, block)):
        room = columns.room(part, strip)
        share = whole[part.images, :, strip.positions]
        room[:, 0] = share.swapaxes(0, 1).reshape(room[:, 0].shape) if joined else share
        columns.add(part, strip)
    assert found == pytest.approx(expected, abs=1e-12)


def test_groups_have_matrices_of_their_own():
    x = random((1, 6, 5, 5))
    g = check_conv(x, random((3, 2, 3, 3)), None, 1, 1, 1, 3).geometry
    whole = im2col(x, 3, padding=1)[0].reshape(3, 2 * 9, 25)
    block = Block(1, 2, 5, 5)
    columns = columns_of(x, g, block)
    (strip,) = strips(g, block)
    first, second = parts(g, 1, block)
    assert np.array_equal(columns.matrix(first, strip)[0], whole[:2])
    assert np.array_equal(columns.matrix(second, strip)[0], whole[2:])


SHAPES = [
    ((64, 1, 28, 28), (6, 1, 5, 5), 1, 0, 1),
    ((32, 16, 32, 32), (32, 16, 3, 3), 1, 1, 1),
    ((4, 64, 56, 56), (64, 64, 3, 3), 1, 1, 1),
    ((4, 3, 224, 224), (64, 3, 7, 7), 2, 3, 1),
    ((8, 64, 56, 56), (64, 1, 3, 3), 1, 1, 64),
    ((1, 64, 1, 44100), (8, 64, 1, 9), 1, 0, 1),
    ((0, 3, 8, 8), (2, 3, 3, 3), 1, 0, 1),
]


@pytest.mark.parametrize(("case", "itemsize"), list(product(SHAPES, [4, 8])))
def test_blocks_are_small_and_inside_the_output(case, itemsize):
    x_shape, weight_shape, stride, padding, groups = case
    x, weight = np.empty(x_shape, np.float32), np.empty(weight_shape, np.float32)
    g = check_conv(x, weight, None, stride, padding, 1, groups).geometry
    block = choose_block(g, len(x), itemsize)
    assert 1 <= block.images <= max(1, len(x))
    assert 1 <= block.groups <= groups
    assert 1 <= block.rows <= g.output_shape[0]
    assert 1 <= block.width <= g.output_shape[1]
    numbers = block.images * block.groups * g.taps * block.rows * block.width
    assert numbers * itemsize <= STRIP_BYTES or block.rows * block.width <= 300 + block.width
