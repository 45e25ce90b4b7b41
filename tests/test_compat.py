import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from cnncourse import compat
from cnncourse.compat import non_maximum_suppression, repair_torchvision

BOXES = torch.tensor([[0.0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30], [0, 0, 10, 5]])
SCORES = torch.tensor([0.8, 0.9, 0.3, 0.7])


def in_a_fresh_process(code):
    environment = os.environ | {"TORCHDYNAMO_DISABLE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_suppression_by_hand():
    # box 0 shares 81 of 119 with box 1; box 3 shares 36 of 114 with box 1
    assert non_maximum_suppression(BOXES, SCORES, 0.5).tolist() == [1, 3, 2]
    assert non_maximum_suppression(BOXES, SCORES, 0.3).tolist() == [1, 2]
    assert non_maximum_suppression(BOXES, SCORES, 0.7).tolist() == [1, 0, 3, 2]


def test_suppression_of_nothing():
    assert non_maximum_suppression(BOXES[:0], SCORES[:0], 0.5).shape == (0,)


def test_torchvision_works_after_the_repair():
    # one process, since starting torch is what costs: a detector uses NMS, roi_align, transforms
    out = in_a_fresh_process(
        """
from cnncourse.compat import repair_torchvision
first = repair_torchvision()
import torch, torchvision
assert repair_torchvision() == first
model = torchvision.models.detection.fasterrcnn_mobilenet_v3_large_320_fpn(
    weights=None, weights_backbone=None).eval()
with torch.no_grad():
    found = model([torch.zeros(3, 64, 64)])[0]
boxes = torch.tensor([[0.0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30]])
kept = torchvision.ops.nms(boxes, torch.tensor([0.8, 0.9, 0.3]), 0.5)
print(sorted(found), kept.tolist())
"""
    )
    assert out.strip() == "['boxes', 'labels', 'scores'] [1, 2]"


def test_nothing_is_touched_where_the_compiled_library_loads(monkeypatch):
    monkeypatch.setattr(compat, "_libraries", [])
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    loaded = []
    monkeypatch.setattr(torch.ops, "load_library", loaded.append)
    assert repair_torchvision() is False
    assert [Path(path).stem for path in loaded] == ["_C"]
    assert compat._libraries == []


def test_a_missing_torchvision_is_named(monkeypatch):
    monkeypatch.setattr(compat, "_libraries", [])
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install -r"):
        repair_torchvision()


def test_notebooks_are_read_without_the_grammar_of_addresses():
    # it is compiled anew at each start of a command, for 2.5 CPU seconds
    out = in_a_fresh_process(
        "import sys, cnncourse.grading.intake, jsonschema; print('lark' in sys.modules)"
    )
    assert out == "False\n"
