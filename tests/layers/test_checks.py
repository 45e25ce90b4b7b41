"""Checks of shapes and numbers."""

import numpy as np
import pytest

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers.checks import check_shape, float_type, number


def test_check_shape():
    check_shape("bias", np.zeros((2, 3)), [2, 3])
    with pytest.raises(ShapeError, match=r"^bias: expected shape \(3,\), got \(1, 3\)"):
        check_shape("bias", np.zeros((1, 3)), (3,))


@pytest.mark.parametrize("value", [0, 0.5, np.float32(0.25), np.int64(0)])
def test_number_accepts(value):
    assert number("p", value, below=1) == value
    assert isinstance(number("p", value, below=1), float)


@pytest.mark.parametrize("value", [-0.1, 1, 1.5, float("nan"), float("inf"), "0.5", None, [0.5]])
def test_number_refuses(value):
    with pytest.raises(ArgumentError, match=r"^p: expected a number from 0 to below 1, got "):
        number("p", value, below=1)


@pytest.mark.parametrize("value", [-1, float("inf"), float("nan"), "1"])
def test_number_without_upper_bound(value):
    assert number("lr", 1e300) == 1e300
    with pytest.raises(ArgumentError, match=r"^lr: expected a finite number of at least 0, got "):
        number("lr", value)


def test_float_type():
    assert float_type(float) == float_type("float64") == np.float64
    assert float_type(np.float32) == np.float32
    for dtype in (np.float16, int, complex):
        with pytest.raises(ArgumentError, match=r"^dtype: expected float32 or float64, got"):
            float_type(dtype)
