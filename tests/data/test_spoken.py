"""Spoken digits: the stored file, the division by speakers, and people's recordings."""

import hashlib
import io
import lzma
import tarfile
import zipfile

import numpy as np
import pytest

from cnncourse.data.audio import stft, wav
from cnncourse.data.spoken import (
    FSDD_TEST,
    RATE,
    SPOKEN,
    divide,
    free_spoken_digits,
    has_free_spoken_digits,
    read_recordings,
    spoken_digits,
    windows,
    write_recordings,
)
from cnncourse.errors import ArgumentError, CourseError, SetupError, ShapeError

SHA256 = "b60eeb24e827253e4b0b798417f7ebf98c423259f48edeb37b313e7425b46241"


def test_the_stored_file_is_the_one_that_the_script_wrote():
    """tools/synthesise_speech.py with eSpeak NG 1.51; --check there compares it with its source."""
    content = SPOKEN.read_bytes()
    assert len(content) < 1_000_000
    assert hashlib.sha256(content).hexdigest() == SHA256


def test_every_voice_says_every_digit_three_times_and_one_is_held_out():
    recordings = spoken_digits()
    counts = np.zeros((14, 10, 2), int)
    np.add.at(counts, (recordings.speakers, recordings.labels, recordings.held_out * 1), 1)
    assert (counts == [2, 1]).all()
    for samples in recordings.samples:
        assert 0.15 < len(samples) / RATE < 0.9
        assert 0.85 < np.abs(samples).max() <= 1


def test_a_six_hisses_and_a_one_does_not():
    """The labels fit the sounds: in some frame of 's' most power is above 2.5 kHz."""
    recordings = spoken_digits()
    hiss = {1: [], 6: []}
    for digit, shares in hiss.items():
        for place in np.flatnonzero(recordings.labels == digit):
            power = np.abs(stft(recordings.samples[place], 256)) ** 2
            shares.append((power[80:].sum(axis=0) / power.sum(axis=0)).max())
    assert min(hiss[6]) > 0.75
    assert max(hiss[1]) < 0.1


def test_no_speaker_is_known_and_unseen_and_no_recording_is_lost():
    recordings = spoken_digits()
    heard = divide(recordings, ["en-gb+f5", "en-us"])
    parts = (heard.train, heard.known, heard.unseen)
    assert sum(map(len, parts)) == len(recordings)
    assert set(heard.train.speakers) == set(heard.known.speakers)
    assert not set(heard.train.speakers) & set(heard.unseen.speakers)
    assert not heard.train.held_out.any()
    assert heard.known.held_out.all()


@pytest.mark.parametrize("unseen", [["nobody"], list(spoken_digits().people)])
def test_only_people_who_are_there_can_be_kept_apart_and_not_all(unseen):
    with pytest.raises(ArgumentError, match="unseen: expected some of en-gb, "):
        divide(spoken_digits(), unseen)


def test_windows_hold_the_whole_word_somewhere():
    recordings = spoken_digits().take(np.arange(20))
    still, moved = windows(recordings, 7000), windows(recordings, 7000, seed=1)
    for samples, middle, other in zip(recordings.samples, still, moved, strict=True):
        start = (7000 - len(samples)) // 2
        there = middle[start : start + len(samples)]
        assert np.array_equal(there, samples / np.abs(samples).max())
        ratio = np.abs(other).max() / np.abs(middle).max()
        assert 0.5 <= ratio <= 1
        assert np.count_nonzero(other) == np.count_nonzero(middle)
    assert np.array_equal(moved, windows(recordings, 7000, seed=1))
    assert not np.array_equal(moved, windows(recordings, 7000, seed=2))
    assert windows(recordings, 100).shape == (20, 100)
    noisy = windows(recordings, 7000, seed=1, noise=0.1)
    assert 0 < (noisy - moved).std() < 0.1


def test_recordings_come_back_from_a_file(tmp_path):
    recordings = spoken_digits().take([3, 100])
    path = tmp_path / "two.npz.xz"
    write_recordings(recordings, path)
    back = read_recordings(path)
    for ours, theirs in zip(back.samples, recordings.samples, strict=True):
        assert np.array_equal(ours, theirs)
    assert (back.name, back.people, back.rate) == ("spoken digits", recordings.people, RATE)
    assert back.labels.tolist() == recordings.labels.tolist()
    assert [file.name for file in tmp_path.iterdir()] == ["two.npz.xz"]


@pytest.mark.parametrize("content", [b"", b"nothing", lzma.compress(b"nothing")])
def test_a_file_that_holds_something_else_is_named(tmp_path, content):
    (tmp_path / "x.xz").write_bytes(content)
    with pytest.raises(CourseError, match=r"x\.xz: holds no recordings"):
        read_recordings(tmp_path / "x.xz")


def people(rate=RATE):
    """Files of two speakers, one of them with a take that is held out."""
    takes = (("ann", 0), ("ann", FSDD_TEST), ("bob", 49))
    return {f"{digit}_{who}_{take}.wav": wav(np.full(50 + digit, 0.5), rate)
            for who, take in takes for digit in (0, 7)}


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_recordings_of_people_from_an_archive(tmp_path, kind):
    folder = tmp_path / "fsdd"
    folder.mkdir()
    assert not has_free_spoken_digits(tmp_path)
    if kind == "zip":
        with zipfile.ZipFile(folder / "recordings.zip", "w") as packed:
            packed.writestr("README.md", "about")
            for name, content in people().items():
                packed.writestr(name, content)
    else:
        with tarfile.open(folder / "v1.0.9.tar.gz", "w:gz") as packed:
            for name, content in people().items():
                member = tarfile.TarInfo(f"free-spoken-digit-dataset-1.0.9/recordings/{name}")
                member.size = len(content)
                packed.addfile(member, io.BytesIO(content))
    assert has_free_spoken_digits(tmp_path)
    recordings = free_spoken_digits(tmp_path)
    assert recordings.people == ("ann", "bob")
    assert recordings.labels.tolist() == [0, 0, 7, 7, 0, 7]
    assert recordings.held_out.tolist() == [True, False, True, False, False, False]
    assert [len(samples) for samples in recordings.samples] == [50, 50, 57, 57, 50, 57]


def test_another_rate_is_refused(tmp_path):
    (tmp_path / "fsdd").mkdir()
    with zipfile.ZipFile(tmp_path / "fsdd" / "recordings.zip", "w") as packed:
        for name, content in people(16000).items():
            packed.writestr(name, content)
    with pytest.raises(CourseError, match=r"0_ann_0\.wav has 16000 samples a second, not 8000"):
        free_spoken_digits(tmp_path)


def test_without_a_network_the_message_says_where_and_under_which_licence(tmp_path, monkeypatch):
    monkeypatch.setattr("cnncourse.data.spoken.FSDD_URL", "http://127.0.0.1:9/v1.0.9.tar.gz")
    monkeypatch.setattr("cnncourse.data.download.time.sleep", lambda seconds: None)
    with pytest.raises(SetupError, match=r"not in .*CC BY-SA 4\.0.*spoken_digits\(\)"):
        free_spoken_digits(tmp_path)


def test_labels_must_fit():
    recordings = spoken_digits()
    with pytest.raises(ShapeError, match="speakers: expected one for each of 2 recordings"):
        type(recordings)("x", recordings.samples[:2], np.zeros(2, int), np.zeros(3, int),
                         np.zeros(2, bool), ("a",))
