"""What the layers ask of their arrays."""

import numpy as np
import pytest

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers.arrays import as_floats, as_numbers, check_axes, check_no_overflow, pad


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_are_returned_themselves(dtype):
    x, weight = np.ones(3, dtype), np.ones(2, dtype)
    same = as_numbers(x=x, weight=weight, bias=None)
    assert same[0] is x
    assert same[1] is weight
    assert len(same) == 2


def test_arrays_come_in_c_order():
    x = np.arange(6.0).reshape(2, 3)
    for other in (np.asfortranarray(x), x[::-1]):
        (ordered,) = as_numbers(x=other)
        assert ordered.flags.c_contiguous
        assert (ordered == other).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool])
def test_integers_beside_floats_become_floats(dtype):
    x, weight = as_numbers(x=np.array([0, 1], dtype), weight=np.ones(2, np.float32))
    assert x.dtype == weight.dtype == np.float32
    assert x.tolist() == [0, 1]


def test_integers_alone_become_int64():
    assert [a.dtype for a in as_numbers(x=np.uint8([1]), weight=[True])] == [np.int64] * 2


@pytest.mark.parametrize(("dtype", "limit"), [(np.float32, 2**24), (np.float64, 2**53)])
def test_integers_that_a_float_does_not_hold_are_refused(dtype, limit):
    other = np.ones(1, dtype)
    exact, _ = as_numbers(x=[-limit], weight=other)
    assert int(exact[0]) == -limit
    with pytest.raises(ArgumentError, match=rf"^x: expected integers of at most {limit}"):
        as_numbers(x=[-limit - 1], weight=other)


def test_unsigned_integers_beyond_int64_are_refused():
    with pytest.raises(ArgumentError, match=r"^x: "):
        as_numbers(x=np.array([2**63], np.uint64))


@pytest.mark.parametrize("value", [np.ones(1, np.float16), np.ones(1, complex), ["text"], [None]])
def test_other_types_are_refused(value):
    with pytest.raises(ArgumentError, match=r"^x: expected float32, float64 or integers, got"):
        as_numbers(x=value)


def test_mixed_floats_are_refused():
    message = "weight: expected float32, the type of x, got float64"
    with pytest.raises(ArgumentError, match=message):
        as_numbers(x=np.ones(1, np.float32), weight=np.ones(1))


def test_as_floats_refuses_integers_alone():
    assert as_floats(x=[1], weight=[0.5])[0].dtype == np.float64
    with pytest.raises(ArgumentError, match=r"^x: expected float32 or float64, got int64"):
        as_floats(x=[1])


def test_check_axes():
    check_axes("x", np.ones((0, 1)), "N, C")
    with pytest.raises(ShapeError, match=r"^x: expected an array of shape \(N, C\), got 1 axes"):
        check_axes("x", np.ones(3), "N, C")
    with pytest.raises(ShapeError, match=r"with nothing empty, got \(1, 0\)"):
        check_axes("x", np.ones((1, 0)), "N, C")


def test_overflow_is_refused():
    x, weight, bias = np.array([2**40]), np.array([[2**22]]), np.array([2**62 - 1])
    check_no_overflow(x, weight, bias)
    check_no_overflow(x.astype(float), 4 * weight.astype(float))
    with pytest.raises(ArgumentError, match=r"^x: .*below 2\*\*63"):
        check_no_overflow(2 * x, weight)
    with pytest.raises(ArgumentError, match=r"^x: .*below 2\*\*63"):
        check_no_overflow(x, weight, bias + 1)


def test_pad_borders_the_last_axes():
    x = np.arange(1, 5).reshape(1, 2, 2)
    padded = pad(x, [(1, 0), (0, 2)], value=-1)
    assert padded.tolist() == [[[-1, -1, -1, -1], [1, 2, -1, -1], [3, 4, -1, -1]]]
    assert pad(x, [(0, 0), (0, 0)]) is x
