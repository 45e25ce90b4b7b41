"""The instruments' arithmetic in JavaScript gives the package's numbers, and NumPy's."""

import itertools

import pytest

from cnncourse.errors import ShapeError
from cnncourse.instruments.convolution_kinds import KINDS, convolve
from cnncourse.instruments.pooling_shift import pool, shift
from cnncourse.layers import conv2d


def test_convolution(node, rng):
    cases = []
    for stride, padding, dilation, size in itertools.product(
        (1, 2, 3), (0, 1, 2), (1, 2), ((3, 3), (2, 3))
    ):
        x, weight = rng.normal(size=(9, 11)), rng.normal(size=size)
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        correlated, convolved = (
            conv2d(x[None, None], kernel[None, None], **options)[0, 0]
            for kernel in (weight, weight[::-1, ::-1])
        )
        cases.append(
            {"x": x, "weight": weight, "options": options,
             "correlated": correlated, "convolved": convolved}
        )  # fmt: skip
    node("conv", {"cases": cases})


def test_pooling(node, rng):
    cases = []
    for mode, size, dy, dx in itertools.product(
        ("max", "average", "blur"), (2, 4), (-1, 0, 3), (-4, 0, 1)
    ):
        x = rng.normal(size=(8, 12))
        moved = shift(x, dy, dx)
        cases.append(
            {"x": x, "mode": mode, "size": size, "dy": dy, "dx": dx, "moved": moved,
             "pooled": pool(moved, mode, size)}
        )  # fmt: skip
    node("pool", {"cases": cases})


def test_kinds(node, rng):
    cases = []
    for kind, stride, padding, dilation in itertools.product(
        KINDS.values(), (1, 2, 3), (0, 1, 2), (1, 2)
    ):
        kind = kind._replace(stride=stride, dilation=dilation)
        shape = (kind.input[0], kind.out_channels) if kind.transposed else (
            kind.out_channels, kind.input[0] // kind.groups
        )  # fmt: skip
        x, weight = rng.normal(size=kind.input), rng.normal(size=(*shape, *kind.kernel))
        try:
            output = convolve(kind, x, weight, padding)
        except ShapeError:
            continue
        described = {
            "input": kind.input, "outChannels": kind.out_channels, "kernel": kind.kernel,
            "stride": stride, "padding": padding, "dilation": dilation, "groups": kind.groups,
            "transposed": kind.transposed,
        }  # fmt: skip
        cases.append(
            {"kind": described, "x": x.ravel(), "weight": weight.ravel(),
             "shape": output.shape, "output": output.ravel()}
        )  # fmt: skip
    node("kinds", {"cases": cases})


def test_state_as_text(node):
    node("state", {})


def test_blur_pooling_by_hand():
    dot = [[0, 0, 0, 0], [0, 9, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    # the maximum at every place: 9 in the four windows that hold the dot, at (0..1, 0..1)
    # a row 9 9 0 blurred by 1 2 1 around 0 and around 2: (2*9 + 9) / 3 = 9 and (9 + 0) / 3 = 3
    assert pool(dot, "blur", 2).tolist() == [[9, 3], [3, 1]]


def test_pooling_of_a_kind_that_is_not_there():
    with pytest.raises(ValueError, match="mode: expected 'max', 'average' or 'blur', got 'mean'"):
        pool([[1]], "mean", 1)
