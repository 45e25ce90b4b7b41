"""The loop: it learns, repeats itself, and says what is wrong."""

import csv
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cnncourse.data import Dataset, load
from cnncourse.errors import CourseError, ShapeError
from cnncourse.training import (
    Machine,
    Optimisation,
    Regularisation,
    TrainConfig,
    evaluate,
    fit,
)
from cnncourse.training.batches import Batches
from cnncourse.training.progress import Silent

CPU = Machine(device="cpu", precision="float32")


class Listener(Silent):
    """Keeps what it is told."""

    def __init__(self):
        self.notes, self.steps, self.rows, self.begin = [], 0, [], None

    def start(self, epochs, steps, done):
        self.begin = (epochs, steps, done)

    def step(self, loss, accuracy, images_per_second):
        self.steps += 1
        assert math.isfinite(loss)
        assert 0 <= accuracy <= 1
        assert images_per_second > 0

    def epoch(self, row):
        self.rows.append(row)

    def note(self, text):
        self.notes.append(text)


def test_it_learns_and_tells(tmp_path, small, digits):
    listener = Listener()
    config = TrainConfig(epochs=6, batch_size=64, optimisation=Optimisation(lr=0.01))
    trained = fit(small(), *digits, config, folder=tmp_path, reporter=listener)
    assert trained.history[-1].test_accuracy > 0.95
    assert evaluate(trained.model, digits[1], machine=CPU)[1] == pytest.approx(
        trained.history[-1].test_accuracy
    )
    assert listener.begin == (6, 1442 // 64, 0)
    assert listener.steps == 6 * (1442 // 64)
    assert listener.rows == trained.history
    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == [1, 2, 3, 4, 5, 6]
    assert float(rows[-1]["test_accuracy"]) == trained.history[-1].test_accuracy
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert not trained.model.training


def test_one_step_is_gradient_descent(digits):
    """Against the formula: one full batch, SGD without momentum yet, no decay."""
    train = digits[0]
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    weight = model[1].weight.detach().clone().requires_grad_()
    bias = model[1].bias.detach().clone()
    x = torch.from_numpy(train.images).flatten(1)
    functional.cross_entropy(x @ weight.T + bias, torch.from_numpy(train.labels)).backward()
    options = Optimisation("sgd", lr=0.5, weight_decay=0, schedule="constant", warmup=0)
    fit(model, train, None, TrainConfig(1, len(train), optimisation=options, machine=CPU))
    expected = weight.detach() - 0.5 * 1.9 * weight.grad  # Nesterov: 1 + 0.9
    torch.testing.assert_close(model[1].weight.detach(), expected, rtol=1e-5, atol=1e-6)


def test_the_same_seed_gives_the_same_weights(small, digits):
    options = Regularisation(augment=("shift", "erase"), cutmix=0.5, mixup=0.5, ema=0.9)
    weights = [
        fit(small(), *digits, TrainConfig(2, seed=seed, regularisation=options, machine=CPU))
        .model[6].weight for seed in (1, 1, 2)
    ]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_the_average_is_kept_and_returned(small, digits):
    """Two steps by hand: the average starts at the first weights, then moves a share of the way."""
    seen = []
    model = small(norm=False)
    model[0].register_forward_pre_hook(lambda *_: seen.append(model[6].weight.detach().clone()))
    config = TrainConfig(1, 700, regularisation=Regularisation(ema=0.75), machine=CPU)
    trained = fit(model, digits[0], None, config)
    initial, after_one = seen[0], seen[2]  # the network is tried once before it is trained
    assert not torch.equal(initial, after_one)
    moved = trained.model[6].weight - after_one
    plain = small(norm=False)
    last = fit(plain, digits[0], None, TrainConfig(1, 700, machine=CPU)).model[6].weight
    torch.testing.assert_close(moved, 0.25 * (last - after_one), rtol=1e-4, atol=1e-7)


def test_early_stopping_goes_back_to_the_best(small, digits):
    """A rate far too high later on: the best epoch is an early one."""

    def ruin(epoch, model):
        if epoch >= 2:
            with torch.no_grad():
                model[6].weight.normal_()

    config = TrainConfig(10, patience=2, optimisation=Optimisation(lr=0.01), machine=CPU)
    trained = fit(small(), *digits, config, before_epoch=ruin)
    assert trained.best_epoch == 2
    assert len(trained.history) == 4
    loss, _ = evaluate(trained.model, digits[1], machine=CPU)
    assert loss == pytest.approx(trained.history[1].test_loss, rel=1e-5)


def test_clipping_bounds_the_step(digits):
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    before = model[1].weight.detach().clone()
    options = Optimisation("sgd", 1.0, weight_decay=0, schedule="constant", warmup=0, clip=1e-3)
    fit(model, digits[0], None, TrainConfig(1, 1442, optimisation=options, machine=CPU))
    assert 0 < (model[1].weight - before).norm() <= 1.9e-3 * 1.0001


class Greedy(nn.Module):
    """Runs out of memory, as a GPU would, on more than so many images."""

    def __init__(self, inner, limit, error=None):
        super().__init__()
        self.inner, self.limit = inner, limit
        self.error = error or torch.OutOfMemoryError("CUDA out of memory")
        self.sizes = []

    def forward(self, x):
        self.sizes.append(len(x))
        if len(x) > self.limit:
            raise self.error
        return self.inner(x)


@pytest.mark.parametrize(
    "error",
    [None, RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried")],
)
def test_out_of_memory_halves_the_parts_and_changes_nothing(small, digits, error):
    config = TrainConfig(2, 100, machine=CPU)
    plain = fit(small(norm=False), digits[0], None, config).model
    listener = Listener()
    greedy = Greedy(small(norm=False), limit=30, error=error)
    fit(greedy, digits[0], None, config, reporter=listener)
    assert greedy.sizes[1:4] == [100, 50, 25]
    assert set(greedy.sizes[3:]) == {25}
    assert "parts of 50" in listener.notes[0]
    assert "parts of 25" in listener.notes[1]
    for one, other in zip(plain.parameters(), greedy.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


def test_not_even_one_image(small, digits):
    greedy = Greedy(small(), limit=2)
    starve = lambda module, _: setattr(module, "limit", 0 if module.training else 2)  # noqa: E731
    greedy.register_forward_pre_hook(starve)
    with pytest.raises(CourseError, match="out of memory with a single image"):
        fit(greedy, digits[0].take(range(8)), None, TrainConfig(1, 8, machine=CPU))


def test_other_errors_are_not_taken_for_lack_of_memory(small, digits):
    greedy = Greedy(small(), limit=2, error=RuntimeError("something else"))
    with pytest.raises(RuntimeError, match="something else"):
        fit(greedy, digits[0], None, TrainConfig(1, machine=CPU))


def test_wrong_images_and_classes_are_named(small, digits):
    colour = load("shapes", "test")
    with pytest.raises(ShapeError, match=r"model: expected a network for images of shape \(3, 32"):
        fit(small(), colour)
    two = Dataset("two", digits[0].images[:4], np.array([0, 1, 0, 1]), ("a", "b"))
    with pytest.raises(ShapeError, match=r"gives 2 scores, one for each class, got \(10,\)"):
        fit(small(), two)


def test_a_loss_that_explodes_is_said(digits):
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.Linear(64, 10))
    options = Optimisation("sgd", lr=1e12, schedule="constant", warmup=0)
    with pytest.raises(CourseError, match="no longer finite; try a lower learning rate"):
        fit(model, digits[0], None, TrainConfig(3, optimisation=options, machine=CPU))


def test_auxiliary_scores_count_in_training_only(digits):
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.main, self.early = nn.Linear(64, 10), nn.Linear(64, 10)

        def forward(self, x):
            main = self.main(x.flatten(1))
            return (main, self.early(x.flatten(1))) if self.training else main

    model = Two()
    before = model.early.weight.detach().clone()
    fit(model, *digits, TrainConfig(1, machine=CPU))
    assert not torch.equal(before, model.early.weight)


def test_bytes_become_shares():
    images = np.array([0, 51, 255], np.uint8).reshape(3, 1, 1, 1)
    batches = Batches(Dataset("bytes", images, np.arange(3), tuple("abc")), torch.device("cpu"))
    x, y = batches.at(torch.tensor([2, 1]))
    assert x.ravel().tolist() == pytest.approx([1, 0.2])
    assert y.tolist() == [2, 1]


def test_numbers_of_words_stay_whole():
    numbers = np.array([[2, 16_777_217], [0, 1]])  # the first whole number that float32 lacks
    batches = Batches(Dataset("words", numbers, np.arange(2), ("a", "b")), torch.device("cpu"))
    x, _ = batches.at(torch.tensor([0]))
    assert x.tolist() == [[2, 16_777_217]]


def test_two_processes_share_each_batch_between_them(digits):
    batches = Batches(digits[0], torch.device("cpu"))
    whole = [y for _, y in batches.shuffled(100, seed=3)]
    parts = [[y for _, y in batches.shuffled(100, seed=3, rank=r, size=2)] for r in (0, 1)]
    assert len(whole) == 14
    for y, first, second in zip(whole, *parts, strict=True):
        assert torch.equal(y[0::2], first)
        assert torch.equal(y[1::2], second)
    counted = torch.cat([y for r in (0, 1) for _, y in batches.in_order(64, rank=r, size=2)])
    assert torch.equal(counted.bincount(), torch.from_numpy(digits[0].counts()))


def test_bf16_learns_as_well(small, digits):
    accuracy = [
        fit(small(), *digits, TrainConfig(4, 64, optimisation=Optimisation(lr=0.01),
                                          machine=Machine("cpu", precision)))
        .history[-1].test_accuracy for precision in ("float32", "bf16")
    ]
    assert accuracy[1] == pytest.approx(accuracy[0], abs=0.03)
