"""The MNIST comparison runs, on files that the test writes."""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "lenet_mnist.py"


def write_idx(path, array):
    head = struct.pack(f">HBB{array.ndim}i", 0, 8, array.ndim, *array.shape)
    path.write_bytes(head + array.astype(np.uint8).tobytes())


def test_both_learn_to_tell_two_drawings_apart(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for prefix, count in (("train", 640), ("t10k", 40)):
        labels = np.arange(count) % 2
        images = rng.integers(0, 40, (count, 28, 28))
        images[labels == 0, 10:18, :] = 200  # a bar across
        images[labels == 1, :, 10:18] = 200  # a bar down
        write_idx(raw / f"{prefix}-images-idx3-ubyte", images)
        write_idx(raw / f"{prefix}-labels-idx1-ubyte", labels)
    out = tmp_path / "result.json"
    run = subprocess.run(
        [sys.executable, SCRIPT, "--epochs", "3", "--out", out],
        env=os.environ | {"CNNCOURSE_DATA": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    result = json.loads(out.read_text())
    assert "640 training and 40 test images" in result["what"]
    assert "CPU time NumPy / torch" in run.stdout
    last = result["epochs"][-1]
    assert last["numpy_accuracy"] == last["torch_accuracy"] == 1
    assert last["numpy_seconds"] > 0


def test_without_the_files_it_says_what_is_missing(tmp_path):
    run = subprocess.run(
        [sys.executable, SCRIPT, "--data", tmp_path, "--epochs", "1"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode != 0
    assert "train-images-idx3-ubyte: not there" in run.stderr
