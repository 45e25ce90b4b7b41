import numpy as np
import pytest

from cnncourse.data.handwriting import as_mnist
from cnncourse.errors import ArgumentError, ShapeError


def test_by_hand():
    """A tall L of two strokes: 40 x 20 becomes 20 x 10, each pixel the mean of four."""
    ink = np.zeros((50, 60))
    ink[5:45, 30:32] = 1
    ink[43:45, 32:50] = 1
    picture = as_mnist(ink)
    small = np.zeros((20, 10))
    small[:, 0], small[19] = 1, 1
    rows, columns = (small.sum(1 - axis) @ np.arange(small.shape[axis]) for axis in (0, 1))
    assert (rows / small.sum(), columns / small.sum()) == (361 / 29, 45 / 29)  # 12.4 and 1.6
    assert np.array_equal(picture[2:22, 12:22], small)
    assert picture.sum() == small.sum()


def test_where_the_ink_stood_does_not_matter():
    rng = np.random.default_rng(0)
    ink = np.zeros((80, 80))
    ink[10:50, 20:45] = rng.random((40, 25))
    assert np.array_equal(as_mnist(ink), as_mnist(np.roll(ink, (20, -15), (0, 1))))


def test_the_mean_of_the_box_stays():
    rng = np.random.default_rng(1)
    for shape in ((40, 40), (33, 40), (7, 5), (112, 9)):
        ink = rng.random(shape)
        picture = as_mnist(ink)
        held = picture[np.ix_(picture.any(1), picture.any(0))]
        assert max(held.shape) == 20
        assert np.isclose(held.mean(), ink.mean())


def test_the_centre_of_mass_comes_to_the_middle():
    rng = np.random.default_rng(2)
    for _ in range(20):
        picture = as_mnist(rng.random((60, 45)) ** 4)
        place = picture.sum(1) @ np.arange(28) / picture.sum()
        assert 13.5 <= place < 14.5


def test_a_lopsided_drawing_stays_inside():
    ink = np.zeros((100, 100))
    ink[0, :] = 0.01
    ink[:, 0] = 0.01
    ink[96:, 96:] = 1
    picture = as_mnist(ink)
    assert picture.sum() == pytest.approx(ink.sum() / 25)


def test_edges():
    assert not as_mnist(np.zeros((9, 4))).any()
    assert as_mnist(np.ones((1, 1))).sum() == 400  # a dot fills the box
    assert as_mnist(np.ones((300, 1))).any(1).sum() == 20
    assert as_mnist(np.ones((5, 5)), size=32).sum() == 23 * 23


def test_what_is_refused():
    with pytest.raises(ShapeError, match=r"ink: expected two axes, .*, got shape \(3,\)"):
        as_mnist(np.zeros(3))
    for wrong in (2.0, -1.0, np.nan):
        with pytest.raises(ArgumentError, match="ink: expected numbers from 0 to 1"):
            as_mnist(np.full((2, 2), wrong))
    with pytest.raises(ArgumentError, match="size: expected at least 4 pixels, got 3"):
        as_mnist(np.zeros((2, 2)), size=3)
