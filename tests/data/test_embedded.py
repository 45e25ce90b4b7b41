import numpy as np
import pytest

from cnncourse.data import digits, photograph
from cnncourse.data.embedded import texture
from cnncourse.errors import ArgumentError


def test_digits_parts_add_up_to_all_and_share_no_place():
    train, test, everything = (digits(split) for split in ("train", "test", "all"))
    assert everything[0].shape == (1797, 1, 8, 8)
    assert len(train[1]) + len(test[1]) == 1797
    assert np.array_equal(
        np.bincount(train[1]) + np.bincount(test[1]), np.bincount(everything[1])
    )
    assert np.isclose(train[0].sum() + test[0].sum(), everything[0].sum())


def test_digits_types_and_range():
    images, labels = digits("all")
    assert (images.dtype, labels.dtype) == (np.float64, np.int64)
    assert (images.min(), images.max()) == (0.0, 1.0)
    assert set(labels) == set(range(10))


def test_digits_test_part_is_stratified():
    shares = [np.bincount(digits(split)[1]) for split in ("train", "test")]
    ratio = shares[1] / (shares[0] + shares[1])
    assert np.all(np.abs(ratio - 0.2) < 0.01)


def test_digits_are_the_same_each_time_and_safe_to_change():
    first, _ = digits("all")
    first[:] = 7
    second, labels = digits("all")
    assert second.max() == 1.0
    assert labels[:5].tolist() == [0, 1, 2, 3, 4]


def test_digits_split_is_named():
    with pytest.raises(ArgumentError, match="split: expected 'train', 'test' or 'all'"):
        digits("valid")


def test_surfaces_are_named_and_safe_to_change():
    before = texture("brick").copy()
    texture("brick")[:] = 7
    assert np.array_equal(texture("brick"), before)
    assert 0 <= before.min() < before.max() <= 1
    with pytest.raises(ArgumentError, match="name: expected one of brick, grass, gravel"):
        texture("wood")


@pytest.mark.parametrize("name", ["china", "flower"])
def test_photographs(name):
    colour = photograph(name)
    assert colour.shape == (3, 427, 640)
    assert colour.dtype == np.float64
    assert 0 <= colour.min() < 0.05
    assert 0.95 < colour.max() <= 1


def test_gray_is_the_weighted_brightness():
    colour = photograph("flower")
    gray = photograph("flower", gray=True)
    red, green, blue = colour[:, 200, 300]
    assert gray.shape == (427, 640)
    assert np.isclose(gray[200, 300], 0.299 * red + 0.587 * green + 0.114 * blue)
    assert gray.max() <= 1


def test_shrinking_keeps_the_proportions_and_the_mean():
    small = photograph("china", max_side=160)
    assert small.shape == (3, 107, 160)
    assert np.isclose(small.mean(), photograph("china").mean(), atol=0.01)


def test_a_photograph_is_never_enlarged():
    assert photograph("china", max_side=5000).shape == (3, 427, 640)


def test_photograph_arguments_are_named():
    with pytest.raises(ArgumentError, match="name: expected one of china, flower"):
        photograph("dog")
    with pytest.raises(ArgumentError, match="max_side: expected at least 1 pixel, got 0"):
        photograph("china", max_side=0)


def test_files_hold_what_scikit_learn_gives():
    """The files are read without scikit-learn; a new release that moved them would show here."""
    from sklearn.datasets import load_digits, load_sample_image

    images, labels = digits("all")
    assert np.array_equal(images[:, 0] * 16, load_digits().images)
    assert np.array_equal(labels, load_digits().target)
    for name in ("china", "flower"):
        picture = load_sample_image(f"{name}.jpg").transpose(2, 0, 1)
        assert np.array_equal(photograph(name) * 255, picture)
