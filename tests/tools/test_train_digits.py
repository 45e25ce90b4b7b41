"""The script behind the stored network, on ten drawings that are quickly learnt."""

import base64
import importlib.util
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnncourse.data import Dataset

SCRIPT = Path(__file__).parents[2] / "tools" / "train_digits.py"


@pytest.fixture
def script(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("train_digits", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LIB", tmp_path)
    monkeypatch.setattr(module, "RESULT", tmp_path / "result.json")
    monkeypatch.setattr(module, "CONFIG", replace(module.CONFIG, epochs=2))
    monkeypatch.setattr(module, "digits", bars)
    return module


def bars(split, folder):
    """The digit k is a bar whose place says k."""
    rng = np.random.default_rng(split == "test")
    labels = np.arange(1280 if split == "train" else 100) % 10
    images = rng.random((len(labels), 1, 28, 28)).astype(np.float32) * 0.2
    for image, label in zip(images[:, 0], labels, strict=True):
        line = image if label < 5 else image.T
        line[4 * (label % 5) + 4 : 4 * (label % 5) + 6] = 1
    return Dataset("mnist", images, labels, tuple("0123456789"))


def constant(path):
    return json.loads(path.read_text().splitlines()[2])


def test_it_writes_the_network_the_examples_and_the_result(script, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train_digits.py"])
    script.main()
    network = constant(tmp_path / "lenet.js")
    measured = json.loads((tmp_path / "result.json").read_text())
    assert network["dtype"] == "float16"
    assert network["about"]["right"] == measured["right"]
    assert measured["of"] == len(measured["predictions"]) == 100
    assert "1.38k split: 1280 training, 100 test digits" in measured["data"]
    assert len(base64.b64decode(network["data"])) == 2 * 61_706

    examples, test = constant(tmp_path / "examples.js"), bars("test", None)
    predicted = np.array([int(digit) for digit in measured["predictions"]])
    right = [place for digit in range(10)
             for place in np.flatnonzero((test.labels == digit) & (predicted == digit))[:3]]
    places = [*right, *np.flatnonzero(predicted != test.labels)[:6]]
    assert examples["labels"] == test.labels[places].tolist()
    pixels = np.frombuffer(base64.b64decode(examples["pixels"]), np.uint8)
    assert np.allclose(pixels.reshape(-1, 28, 28) / 255, test.images[places, 0], atol=0.5 / 255)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "examples.js", "lenet.js", "result.json"
    ]  # fmt: skip


def test_a_trial_looks_at_held_out_digits_and_writes_nothing(
    script, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "argv", ["train_digits.py", "--held-out"])
    script.main()
    assert re.search(r"held out: [\d.]+% of 160, loss", capsys.readouterr().out)
    assert list(tmp_path.iterdir()) == []
