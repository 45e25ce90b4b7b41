"""Each classical kernel: its sum, its sign and what it answers to."""

import numpy as np
import pytest

from cnncourse.layers import KERNELS, correlate2d

RISES_RIGHT = np.tile(np.arange(5.0), (5, 1))
SPOT = np.pad([[1.0]], 2)
AVERAGES = ["identity", "box_blur", "gaussian_blur", "sharpen"]
DIFFERENCES = [
    "sobel_x", "sobel_y", "prewitt_x", "prewitt_y", "laplacian_4", "laplacian_8",
]  # fmt: skip


def test_names():
    assert list(KERNELS) == AVERAGES + DIFFERENCES


@pytest.mark.parametrize("name", KERNELS)
def test_type_shape_and_that_nobody_can_change_them(name):
    kernel = KERNELS[name]
    assert kernel.dtype == np.float64
    assert kernel.shape == (3, 3)
    with pytest.raises(ValueError, match="read-only"):
        kernel[0, 0] = 1


@pytest.mark.parametrize(("names", "total"), [(AVERAGES, 1), (DIFFERENCES, 0)])
def test_sums(names, total):
    for name in names:
        assert KERNELS[name].sum() == pytest.approx(total, abs=1e-15)


@pytest.mark.parametrize(("name", "step"), [("sobel", 8), ("prewitt", 6)])
def test_edges_answer_to_their_direction_with_their_sign(name, step):
    """A brightness that rises by 1 a pixel is a difference of 2 over three, in each of the rows."""
    x, y = KERNELS[f"{name}_x"], KERNELS[f"{name}_y"]
    assert (correlate2d(RISES_RIGHT, x) == step).all()
    assert (correlate2d(RISES_RIGHT, y) == 0).all()
    assert (correlate2d(RISES_RIGHT.T, y) == step).all()
    assert (correlate2d(-RISES_RIGHT.T, y) == -step).all()
    assert (y == x.T).all()


@pytest.mark.parametrize(("name", "answer"), [("laplacian_4", -4), ("laplacian_8", -8)])
def test_laplacians_answer_to_spots_and_not_to_ramps(name, answer):
    assert correlate2d(SPOT, KERNELS[name])[1, 1] == answer
    assert (correlate2d(RISES_RIGHT, KERNELS[name]) == 0).all()


def test_sharpen_is_identity_minus_laplacian():
    assert (KERNELS["sharpen"] == KERNELS["identity"] - KERNELS["laplacian_4"]).all()


@pytest.mark.parametrize("name", ["box_blur", "gaussian_blur"])
def test_blurs_spread_a_spot(name):
    blurred = correlate2d(SPOT, KERNELS[name])
    assert blurred == pytest.approx(KERNELS[name])
    assert blurred.max() < SPOT.max()
