"""Memory that is lent: to one at a time, never in a result, and not kept without end."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cnncourse.layers import conv2d, conv2d_backward
from cnncourse.layers.scratch import MOST_KEPT, borrow


def address(memory):
    return memory.__array_interface__["data"][0]


def in_a_thread(run, *arguments):
    """Run where nothing is kept yet."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run, *arguments).result()


def test_memory_is_kept_and_lent_again():
    def run():
        with borrow(1000) as first:
            place = address(first)
        with borrow(400) as second:
            return place == address(second)

    assert in_a_thread(run)


def test_what_is_lent_is_not_lent_twice():
    def run():
        with borrow(1000) as outer, borrow(1000) as inner:
            return np.shares_memory(outer, inner)

    assert not in_a_thread(run)


def test_the_longest_is_kept_but_nothing_beyond_the_limit():
    def run():
        sizes = []
        for size in (100, 5000, 200, MOST_KEPT, MOST_KEPT + 1, 0):
            with borrow(size) as memory:
                sizes.append(len(memory))
        return sizes

    assert in_a_thread(run) == [100, 5000, 5000, MOST_KEPT, MOST_KEPT + 1, 0]


def test_memory_comes_back_after_an_error():
    def fail(places):
        with borrow(1000) as memory:
            places.append(address(memory))
            raise KeyError

    def run():
        places = []
        with pytest.raises(KeyError):
            fail(places)
        with borrow(1000) as again:
            return places == [address(again)]

    assert in_a_thread(run)


def arrays(seed, padding):
    rng = np.random.default_rng(seed)
    x, weight = rng.standard_normal((3, 4, 12, 12)), rng.standard_normal((5, 4, 3, 3))
    return x, weight, {"padding": padding}


@pytest.mark.parametrize("padding", [0, 1])
def test_results_keep_their_values_when_memory_is_used_again(padding):
    x, weight, options = arrays(0, padding)
    y = conv2d(x, weight, **options)
    results = y, *conv2d_backward(y, x, weight, **options)
    before = [result.copy() for result in results]
    other, kernels, _ = arrays(1, padding)
    conv2d_backward(conv2d(other, kernels, **options), other, kernels, **options)
    for result, expected in zip(results, before, strict=True):
        assert np.array_equal(result, expected)


def test_threads_do_not_write_into_each_others_memory():
    given = [arrays(seed, seed % 2) for seed in range(8)]
    expected = [conv2d(x, weight, **options) for x, weight, options in given]

    def run(case):
        x, weight, options = given[case]
        return all(np.array_equal(conv2d(x, weight, **options), expected[case]) for _ in range(50))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(run, range(8)))
