"""The loop's parts, each alone."""

import io
import math

import numpy as np
import pytest
import torch
from rich.console import Console
from torch import nn

from cnncourse.errors import ArgumentError, SetupError
from cnncourse.training import Bar, Epoch, Optimisation, Regularisation, TrainConfig, choose_device
from cnncourse.training.augment import (
    AUGMENTATIONS,
    affine,
    compose,
    erase,
    flip,
    mix,
    per_image,
    shift,
    stroke,
)
from cnncourse.training.config import Machine
from cnncourse.training.device import choose_precision
from cnncourse.training.history import plot_curves, write_csv
from cnncourse.training.schedule import factor
from cnncourse.training.seed import seed_everything
from cnncourse.training.step import parameter_groups


def test_a_device_that_is_not_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device().type == "cpu"
    with pytest.raises(SetupError, match=r"device 'cuda': .*; use --device auto"):
        choose_device("cuda")
    with pytest.raises(SetupError, match="device 'mps': this machine has no GPU of Apple's"):
        choose_device("mps")
    with pytest.raises(SetupError, match="device 'gpu': unknown; auto, cpu, cuda or mps"):
        choose_device("gpu")
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    with pytest.raises(SetupError, match="finds no NVIDIA GPU with a working driver"):
        choose_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(SetupError, match="there are 2 GPUs, counted from 0"):
        choose_device("cuda:2")
    assert choose_device() == torch.device("cuda")


def test_precision_pays_where_the_hardware_has_it(monkeypatch):
    cpu = torch.device("cpu")
    for capable, expected in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda c=capable: {"avx512_bf16": c})
        assert choose_precision("auto", cpu) == expected
    assert choose_precision("bf16", cpu) == torch.bfloat16


def test_seeds_reach_every_generator():
    draws = []
    for numbers in ((1, 2), (1, 2), (2, 1)):
        seed_everything(*numbers)
        draws.append((torch.rand(()).item(), np.random.rand()))
    assert draws[0] == draws[1]
    assert not set(draws[0]) & set(draws[2])


@pytest.mark.parametrize("schedule", ["one_cycle", "cosine", "constant"])
def test_rates_rise_then_fall(schedule):
    rates = [factor(schedule, step / 100, warmup=0.25) for step in range(101)]
    assert max(rates) == rates[25] == 1
    assert rates[:26] == sorted(rates[:26])
    assert rates[25:] == sorted(rates[25:], reverse=True)
    assert factor(schedule, 0, warmup=0) == 1


def test_one_cycle_is_torchs():
    weight = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    peer = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=1.0, total_steps=101, pct_start=0.31, cycle_momentum=False,
        final_div_factor=400,
    )
    warmup = (0.31 * 101 - 1) / 100  # where torch has its peak
    for step in range(100):
        assert factor("one_cycle", step / 100, warmup) == pytest.approx(peer.get_last_lr()[0])
        optimizer.step()
        peer.step()


def test_norms_and_biases_do_not_decay():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Linear(2, 2))
    model[2].weight.requires_grad_(False)
    decayed, spared = parameter_groups(model, 0.1, 0.05)
    assert [p.shape for p in decayed["params"]] == [(2, 1, 3, 3)]
    assert len(spared["params"]) == 4
    assert (decayed["weight_decay"], spared["weight_decay"]) == (0.05, 0)


@pytest.fixture
def images():
    torch.manual_seed(0)
    return torch.rand(64, 3, 16, 12)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_each_image_is_changed_in_its_own_way(name, images):
    same = images[:1].expand(64, -1, -1, -1).contiguous()
    changed = AUGMENTATIONS[name](same)
    assert changed.shape == same.shape
    assert len({image.numpy().tobytes() for image in changed}) > 1
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_flip_mirrors_about_half(images):
    mirrored = [torch.equal(a, b.flip(-1)) for a, b in zip(flip(images), images, strict=True)]
    kept = [torch.equal(a, b) for a, b in zip(flip(images), images, strict=True)]
    assert 16 < sum(mirrored) < 48
    assert 16 < sum(kept) < 48


def test_shift_moves_by_whole_pixels():
    dot = torch.zeros(200, 1, 16, 16)
    dot[:, 0, 8, 8] = 1
    moved = shift(dot)
    assert torch.equal(moved.sum(dim=(1, 2, 3)), torch.ones(200))
    places = {tuple(place) for place in moved.nonzero()[:, 2:].tolist()}
    assert places == {(y, x) for y in range(6, 11) for x in range(6, 11)}


def test_stroke_changes_the_width_of_a_line_and_not_its_place():
    line = torch.zeros(200, 1, 15, 15)
    line[:, 0, :, 6:9] = 1
    widths = stroke(line)[:, 0, 7].sum(1)  # in pixels; 3 before
    assert 2 <= widths.min() < 2.2
    assert 4.8 < widths.max() <= 5
    assert torch.equal(stroke(line).flip(-1)[:, :, :, 6:9] > 0, torch.ones(200, 1, 15, 3) > 0)


def test_affine_keeps_what_is_flat_and_turns_what_is_not():
    flat = affine(torch.ones(8, 1, 32, 32))
    assert torch.allclose(flat[:, :, 12:20, 12:20], torch.ones(()))
    line = torch.zeros(32, 1, 33, 33)
    line[:, :, 16] = 1
    turned = affine(line)
    ends = turned[:, 0, :, 26].argmax(1) - turned[:, 0, :, 6].argmax(1)
    slopes = ends / 20
    assert slopes.max() > 0.1
    assert slopes.min() < -0.1
    assert slopes.abs().max() < math.tan(math.radians(15)) + 0.11  # a pixel at each end


def test_erase_covers_a_ninth(images):
    covered = (erase(images) != images).any(dim=1).sum(dim=(1, 2))
    assert set(covered.tolist()) == {5 * 4}


def test_a_transform_drawn_for_each_image(images):
    flipped = per_image(lambda image: image.flip(-1))(images)
    assert torch.equal(flipped, images.flip(-1))


def test_unknown_augmentation():
    with pytest.raises(ArgumentError, match="augment: expected some of flip, shift"):
        compose(["flop"])


@pytest.mark.parametrize(("mixup", "cutmix"), [(1.0, 0.0), (0.0, 1.0)])
def test_targets_are_mixed_as_the_images_are(mixup, cutmix):
    """Images that show their class as brightness: the mean must stay the target's."""
    torch.manual_seed(1)
    np.random.seed(1)
    targets = torch.eye(2).repeat(8, 1)
    x = targets[:, 1].reshape(-1, 1, 1, 1).expand(-1, 1, 20, 20)
    shares = set()
    for _ in range(10):
        mixed, blended = mix(x, targets, mixup, cutmix)
        assert torch.allclose(blended.sum(1), torch.ones(16))
        assert torch.allclose(mixed.mean(dim=(1, 2, 3)), blended[:, 1], atol=1e-5)
        shares |= {round(share, 3) for share in blended[:, 1].tolist()}
    assert len(shares) > 8


ROW = Epoch(1, 0.1, 2.3, 0.2, None, None, 900.0, 1.5)


def test_log_and_curves_without_held_out_data(tmp_path):
    write_csv([ROW], tmp_path / "log.csv")
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert lines[0].startswith("epoch,lr,train_loss")
    assert lines[1] == "1,0.1,2.3,0.2,,,900.0,1.5"
    assert [len(axes.lines) for axes in plot_curves([ROW]).axes] == [1, 1]


def test_the_bar_shows_where_it_is():
    text = io.StringIO()
    with Bar(Console(file=text, width=120)) as bar:
        bar.start(epochs=2, steps=2, done=0)
        bar.step(1.25, 0.5, 1234.6)
        bar.epoch(Epoch(1, 0.1, 1.25, 0.5, 1.5, 0.45, 1234.6, 2.0))
        bar.note("something")
    shown = text.getvalue()
    assert "held out: loss 1.5000, accuracy 45.00 %; 1,235 images/s" in shown
    assert "something" in shown
    assert "epoch 2/2" in shown


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TrainConfig(batch_size=0), "batch_size: expected at least 1"),
        (lambda: TrainConfig(patience=0), "patience"),
        (lambda: Optimisation("adam"), "optimizer: expected one of adamw, sgd, got 'adam'"),
        (lambda: Optimisation(schedule="step"), "schedule"),
        (lambda: Optimisation(lr=0), "lr: expected a number above 0"),
        (lambda: Optimisation(lr=math.nan), "lr"),
        (lambda: Optimisation(warmup=1), "warmup"),
        (lambda: Optimisation(clip=0), "clip"),
        (lambda: Regularisation(label_smoothing=1), "label_smoothing"),
        (lambda: Regularisation(mixup=-1), "mixup"),
        (lambda: Regularisation(cutmix=-1), "cutmix"),
        (lambda: Regularisation(ema=1), "ema"),
        (lambda: Machine(precision="fp16"), "precision: expected one of auto, float32, bf16"),
    ],
)
def test_configurations_that_cannot_be(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()
