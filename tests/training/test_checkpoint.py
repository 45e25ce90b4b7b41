"""Nothing is lost: kill -9, files cut short, files of others."""

import importlib.util
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import nn

from cnncourse.errors import CourseError
from cnncourse.training import Optimisation, TrainConfig, fit, load_weights
from cnncourse.training.checkpoint import load_checkpoint, save_checkpoint

SCRIPT = Path(__file__).with_name("killed.py")


def script():
    spec = importlib.util.spec_from_file_location("killed", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_killed_and_resumed_ends_at_the_same_weights(tmp_path):
    process = subprocess.Popen([sys.executable, str(SCRIPT), str(tmp_path / "killed")])
    log = tmp_path / "killed" / "log.csv"
    try:
        deadline = time.monotonic() + 120
        while not log.exists() or log.read_text().count("\n") < 3:
            assert process.poll() is None, "ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.5)  # the checkpoint follows the log
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    killed = script()
    assert len(load_checkpoint(tmp_path / "killed" / "last.pt")["history"]) == 2
    resumed = killed.train(tmp_path / "killed", resume=True, wait=0)
    whole = killed.train(tmp_path / "whole", resume=True, wait=0)
    assert [row.epoch for row in resumed.history] == [1, 2, 3, 4]
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, resumed.model.state_dict()[name]), name
    assert [row.test_loss for row in resumed.history] == [row.test_loss for row in whole.history]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "last.pt"
    save_checkpoint(path, {"model": {}})
    with pytest.raises((AttributeError, pickle.PicklingError), match="lambda"):
        save_checkpoint(path, {"model": lambda: None})
    assert load_checkpoint(path)["model"] == {}
    assert [file.name for file in tmp_path.iterdir()] == ["last.pt"]


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", None])
def test_what_is_no_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "last.pt"
    if content is None:  # the first half of a real one
        save_checkpoint(path, {"model": {"weight": torch.ones(1000)}})
        content = path.read_bytes()[:2000]
    path.write_bytes(content)
    with pytest.raises(CourseError, match="not a checkpoint, or not all of one"):
        load_checkpoint(path)


def test_code_in_a_checkpoint_does_not_run(tmp_path):
    path = tmp_path / "last.pt"
    torch.save({"format": 1, "model": nn.ReLU()}, path)
    with pytest.raises(CourseError, match="not a checkpoint"):
        load_checkpoint(path)
    torch.save([1, 2], path)
    with pytest.raises(CourseError, match="not a checkpoint of this course"):
        load_checkpoint(path)
    with pytest.raises(CourseError, match="no such checkpoint"):
        load_checkpoint(tmp_path / "missing.pt")


def test_of_another_network(tmp_path, small, digits):
    fit(small(), *digits, TrainConfig(epochs=1), folder=tmp_path)
    path = tmp_path / "last.pt"
    other = small()
    load_weights(path, other)
    other[6] = nn.Linear(256, 7)
    with pytest.raises(CourseError, match=r"network; 6.weight is \(10, 256\), not \(7, 256\)"):
        load_weights(path, other)
    with pytest.raises(CourseError, match=r"another network; it has no 0.0.weight"):
        load_weights(path, nn.Sequential(small()))
    with pytest.raises(CourseError, match=r"another network; it also has 6.bias"):
        load_weights(path, small()[:6])


def test_of_another_run(tmp_path, small, digits):
    fit(small(), *digits, TrainConfig(epochs=1), folder=tmp_path)
    faster = TrainConfig(epochs=1, optimisation=Optimisation(lr=0.5))
    with pytest.raises(CourseError, match="continues another run; its config was"):
        fit(small(), *digits, faster, folder=tmp_path, resume=True)
    with pytest.raises(CourseError, match="continues another run; its data was"):
        fit(small(), digits[1], None, TrainConfig(epochs=1), folder=tmp_path, resume=True)


def test_a_finished_run_resumed_is_what_it_was(tmp_path, small, digits):
    config = TrainConfig(epochs=2, patience=1)
    first = fit(small(), *digits, config, folder=tmp_path)
    again = fit(small(1), *digits, config, folder=tmp_path, resume=True)
    assert again.history == first.history
    assert torch.equal(again.model[6].weight, first.model[6].weight)
