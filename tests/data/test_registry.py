"""Data sets by name: each is what its entry says."""

import numpy as np
import pytest

from cnncourse.data import describe, examples, load, names, patches, photograph
from cnncourse.data.registry import CIFAR_100
from cnncourse.errors import ArgumentError

WITHOUT_NETWORK = ("digits", "faces", "textures", "photographs", "shapes")


@pytest.mark.parametrize("name", WITHOUT_NETWORK)
def test_what_comes_is_what_is_described(name):
    entry = describe(name)
    for split, count in (("train", entry.train), ("test", entry.test)):
        data = load(name, split)
        assert data.images.shape == (count, *entry.shape)
        assert data.images.dtype == np.float32
        assert 0 <= data.images.min() < data.images.max() <= 1
        assert data.classes == entry.classes
        assert data.counts().min() > 0.5 * data.counts().max() * (name != "photographs")
    assert entry.name in str(entry)


def test_every_name_is_described():
    assert set(WITHOUT_NETWORK) < set(names())
    assert all(str(describe(name)).startswith(f"{name}: ") for name in names())
    assert len(set(CIFAR_100)) == 100
    assert list(CIFAR_100) == sorted(CIFAR_100)


@pytest.mark.parametrize("name", ["digits", "textures"])
def test_no_test_image_was_trained_on(name):
    train, test = ({image.tobytes() for image in load(name, s).images} for s in ("train", "test"))
    assert not train & test


def test_size_is_drawn_or_resized():
    assert load("digits", "test", size=28).images.shape[2:] == (28, 28)
    drawn, resized = load("shapes", "test", size=40), load("shapes", "test")
    assert drawn.images.shape[2:] == (40, 40)
    assert np.array_equal(drawn.labels, resized.labels)


def test_mistakes_are_named():
    with pytest.raises(ArgumentError, match=r"a data set \(nearest: fashion-mnist\)"):
        load("fashion_mnst")
    with pytest.raises(ArgumentError, match=r"there are digits, faces"):
        describe("zzz")
    with pytest.raises(ArgumentError, match="split: expected 'train' or 'test', got 'valid'"):
        load("digits", "valid")
    with pytest.raises(ArgumentError, match="size: expected at least 1 pixel"):
        load("digits", size=-1)


def test_a_picture_of_each_class():
    images, titles = examples(load("faces"), per_class=2)
    assert titles == ["background", "background", "face", "face"]
    assert images[0].shape == (1, 25, 25)


def test_patches_put_together_are_the_image():
    image = photograph("cat")
    pieces = patches(image, size=50)
    rows, columns = image.shape[1] // 50, image.shape[2] // 50
    assert len(pieces) == rows * columns
    assert np.array_equal(pieces[columns + 2], image[:, 50:100, 100:150])
    with pytest.raises(ArgumentError, match="size: expected 1 to 300 pixels"):
        patches(image, size=301)
