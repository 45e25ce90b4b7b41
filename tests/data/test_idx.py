"""The reader of IDX files and of MNIST, on files the tests write."""

import gzip
import struct

import numpy as np
import pytest

from cnncourse.data import mnist
from cnncourse.data.idx import read_idx
from cnncourse.errors import ArgumentError, CourseError, SetupError


def idx(array, code=0x08):
    """An array as the bytes of an IDX file."""
    head = struct.pack(f">HBB{array.ndim}i", 0, code, array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


IMAGES = np.arange(3 * 28 * 28).reshape(3, 28, 28).astype(np.uint8)
LABELS = np.array([7, 0, 9], np.uint8)


@pytest.fixture
def folder(tmp_path):
    """Three images to train on, two to test on."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "train-images-idx3-ubyte").write_bytes(idx(IMAGES))
    (raw / "train-labels-idx1-ubyte").write_bytes(idx(LABELS))
    (raw / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(IMAGES[1:])))
    (raw / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS[1:])))
    return tmp_path


def test_file_by_hand(tmp_path):
    path = tmp_path / "two-by-two"
    path.write_bytes(bytes([0, 0, 0x0B, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 1, 0, 255, 255, 0, 0]))
    assert read_idx(path).tolist() == [[1, 256], [-1, 0]]


@pytest.mark.parametrize(
    ("code", "dtype"),
    [(0x08, np.uint8), (0x09, np.int8), (0x0B, np.int16), (0x0C, np.int32), (0x0D, np.float32),
     (0x0E, np.float64)],
)  # fmt: skip
@pytest.mark.parametrize("packed", [False, True])
def test_every_type_comes_back(tmp_path, code, dtype, packed):
    array = np.random.default_rng(0).integers(0, 100, (2, 3, 4)).astype(dtype)
    path = tmp_path / ("a.gz" if packed else "a")
    path.write_bytes(gzip.compress(idx(array, code)) if packed else idx(array, code))
    np.testing.assert_array_equal(read_idx(path), array, strict=True)
    assert read_idx(path).flags.writeable


def test_file_of_nothing(tmp_path):
    (tmp_path / "none").write_bytes(idx(np.zeros((0, 28, 28), np.uint8)))
    assert read_idx(tmp_path / "none").shape == (0, 28, 28)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file"),
        (b"\x1f\x8b\x08\x00", "not an IDX file"),
        (b"\0\0\x07\x01\0\0\0\0", "not an IDX file"),
        (b"\0\0\x08\x03\0\0\0\x01", "ends within its head of 16 bytes"),
        (idx(LABELS)[:-1], "has 10 bytes, its head says 11"),
        (idx(LABELS) + b"\0", "has 12 bytes, its head says 11"),
    ],
)
def test_damaged_files(tmp_path, content, message):
    path = tmp_path / "labels"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=message) as caught:
        read_idx(path)
    assert str(path) in str(caught.value)


def test_mnist(folder):
    images, labels = mnist("train", folder)
    assert (images.shape, images.dtype) == ((3, 1, 28, 28), np.float32)
    assert (labels.tolist(), labels.dtype) == ([7, 0, 9], np.int64)
    np.testing.assert_array_equal(images[:, 0], IMAGES / np.float32(255))
    images, labels = mnist("test", folder)
    assert (len(images), labels.tolist()) == (2, [0, 9])


def test_mnist_by_environment(folder, monkeypatch):
    monkeypatch.setenv("CNNCOURSE_DATA", str(folder))
    assert mnist("test")[1].tolist() == [0, 9]
    monkeypatch.delenv("CNNCOURSE_DATA")
    with pytest.raises(SetupError, match="CNNCOURSE_DATA"):
        mnist("test")


def test_mnist_that_is_not_there(folder):
    (folder / "MNIST" / "raw" / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(SetupError, match="train-labels-idx1-ubyte: not there"):
        mnist("train", folder)


def test_images_without_their_labels(folder):
    path = folder / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    path.write_bytes(idx(LABELS[:2]))
    with pytest.raises(CourseError, match=r"images of shape \(3, 28, 28\) beside labels of shape"):
        mnist("train", folder)


def test_unknown_split(folder):
    with pytest.raises(ArgumentError, match=r"^split: expected 'train' or 'test', got 'all'"):
        mnist("all", folder)
