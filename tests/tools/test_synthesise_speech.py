"""The script that makes the spoken digits, with a stand-in for eSpeak NG that hums."""

import importlib.util
import os
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from cnncourse.data.audio import wav
from cnncourse.data.spoken import RATE, read_recordings

SCRIPT = Path(__file__).parents[2] / "tools" / "synthesise_speech.py"
@pytest.fixture
def script(monkeypatch):
    spec = importlib.util.spec_from_file_location("synthesise_speech", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VOICES", module.VOICES[:1])
    return module


@pytest.fixture
def hum(tmp_path, monkeypatch):
    """A program that writes while it speaks cannot say in the head how long it will be."""
    tone = np.pad(0.3 * np.sin(np.arange(2205)), 1000)
    stream = bytearray(wav(tone, 22050))
    stream[4:8], stream[40:44] = struct.pack("<I", 0x7FFFF024), struct.pack("<I", 0x7FFFF000)
    (tmp_path / "hum.wav").write_bytes(stream)
    program = tmp_path / "bin" / "espeak-ng"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nexec cat '{tmp_path / 'hum.wav'}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    return program


@pytest.mark.usefixtures("hum")
def test_words_are_trimmed_brought_to_a_peak_and_stored(script, tmp_path, monkeypatch):
    out = tmp_path / "spoken.npz.xz"
    monkeypatch.setattr(sys, "argv", ["synthesise_speech.py", "--out", str(out)])
    script.main()
    made = read_recordings(out)
    assert len(made) == 30
    assert made.held_out.sum() == 10
    for samples in made.samples:
        assert len(samples) / RATE == pytest.approx(0.1, abs=0.01)  # the tone without its silence
        assert np.abs(samples).max() == pytest.approx(0.9, rel=0.02)
    monkeypatch.setattr(sys, "argv", ["synthesise_speech.py", "--out", str(out), "--check"])
    with pytest.raises(SystemExit) as end:
        script.main()
    assert end.value.code is None
    monkeypatch.setattr(script, "PEAK", 0.8)
    with pytest.raises(SystemExit, match="30 of 30 recordings differ"):
        script.main()


def test_without_the_program_it_says_how_to_get_it(script, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"tools/system\.sh espeak-ng"):
        script.say("en", "one", 150, 50)


def test_what_the_program_complains_of_is_passed_on(script, hum):
    hum.write_text("#!/bin/sh\necho no such voice >&2\nexit 2\n")
    with pytest.raises(SystemExit, match=r"espeak-ng -v xx .* one: no such voice"):
        script.say("xx", "one", 150, 50)
