"""A tree of image files, good and bad."""

import shutil

import numpy as np
import pytest
from PIL import Image

from cnncourse.data import image_folder, load_parts
from cnncourse.errors import CourseError


@pytest.fixture
def tree(tmp_path):
    """Two classes: two red images of different formats and sizes, one blue."""
    for name in ("red", "blue"):
        (tmp_path / name / "deeper").mkdir(parents=True)
    Image.new("RGB", (40, 20), "red").save(tmp_path / "red" / "a.png")
    Image.new("RGB", (9, 9), "red").save(tmp_path / "red" / "deeper" / "b.JPG")
    Image.new("L", (30, 60), 255).save(tmp_path / "blue" / "c.png")
    (tmp_path / "red" / "notes.txt").write_text("not an image")
    return tmp_path


def test_folders_are_classes(tree):
    read = image_folder(tree, size=16)
    assert read.data.classes == ("blue", "red")
    assert read.data.labels.tolist() == [0, 1, 1]
    assert read.data.images.shape == (3, 3, 16, 16)
    assert read.data.images.dtype == np.uint8
    assert read.data.images[1].mean(axis=(1, 2)).tolist() == [255, 0, 0]
    assert not read.skipped


def test_gray(tree):
    images = image_folder(tree, size=8, gray=True).data.images
    assert images.shape == (3, 1, 8, 8)
    assert (images[0].min(), images[1].min()) == (255, 76)  # 0.299 of 255


def test_the_middle_is_kept(tmp_path):
    (tmp_path / "a").mkdir()
    picture = np.zeros((10, 30, 3), np.uint8)
    picture[:, 10:20] = 255
    Image.fromarray(picture).save(tmp_path / "a" / "middle.png")
    assert image_folder(tmp_path, size=10).data.images.min() == 255


def test_a_broken_file_is_named_and_skipped(tree):
    (tree / "red" / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing more")
    whole = (tree / "red" / "a.png").read_bytes()
    (tree / "red" / "half.png").write_bytes(whole[: len(whole) // 2])
    read = image_folder(tree)
    assert [path.name for path, _ in read.skipped] == ["broken.jpg", "half.png"]
    assert all(reason for _, reason in read.skipped)
    assert len(read.data) == 3


def test_a_fifth_is_held_out(tree):
    for place in range(9):
        Image.new("RGB", (8, 8), (0, 0, 20 * place)).save(tree / "blue" / f"{place}.png")
    (tree / "red" / "broken.jpg").write_bytes(b"no image")
    parts = load_parts(str(tree), size=8)
    assert (parts.train.counts().tolist(), parts.test.counts().tolist()) == ([8, 2], [2, 0])
    assert [path.name for path, _ in parts.skipped] == ["broken.jpg"]


@pytest.mark.parametrize("held", ["test", "val"])
def test_folders_that_are_divided_already(tree, tmp_path, held):
    root = tmp_path / "divided"
    for part in ("train", held):
        shutil.copytree(tree / "red", root / part / "red")
    parts = load_parts(str(root))
    assert (len(parts.train), len(parts.test)) == (2, 2)
    assert parts.train.images.shape[2:] == (64, 64)
    shutil.copytree(tree / "blue", root / "train" / "blue")
    with pytest.raises(CourseError, match=f"train and {held} do not hold the same classes"):
        load_parts(str(root))


def test_what_cannot_be_a_data_set_is_refused(tree, tmp_path):
    (tree / "green").mkdir()
    with pytest.raises(CourseError, match=r"green: the class holds no image"):
        image_folder(tree)
    (tree / "green" / "empty.png").touch()
    with pytest.raises(CourseError, match=r"green: none of its images can be decoded"):
        image_folder(tree)
    with pytest.raises(CourseError, match="no such folder"):
        image_folder(tmp_path / "nowhere")
    with pytest.raises(CourseError, match="one for each class is expected"):
        image_folder(tree / "red" / "deeper")
