"""The one loop that trains and evaluates every classifier of the course."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from cnncourse.data import Dataset
from cnncourse.errors import ArgumentError, CourseError, ShapeError
from cnncourse.training.batches import Batches
from cnncourse.training.checkpoint import load_checkpoint, put_weights, save_checkpoint
from cnncourse.training.config import Machine, TrainConfig
from cnncourse.training.device import choose_device, choose_precision
from cnncourse.training.distributed import Team
from cnncourse.training.history import Epoch, plot_curves, write_csv
from cnncourse.training.progress import Reporter, Silent
from cnncourse.training.schedule import factor
from cnncourse.training.seed import seed_everything
from cnncourse.training.step import Step, autocast, make_optimizer, parameter_groups, scores_of

EVERY = 0.2  # seconds between looks at the loss, which make a GPU wait
LAST = "last.pt"
Groups = Callable[[nn.Module], list[dict]]


@dataclass(frozen=True)
class Trained:
    """What `fit` gives back.

    Parameters
    ----------
    model : nn.Module
        The network, in evaluation mode: the averaged one with `ema`, the best with `patience`.
    history : list of Epoch
    best_epoch : int
        The epoch whose weights `model` has, counted from 1.
    """

    model: nn.Module
    history: list[Epoch]
    best_epoch: int


def fit(
    model: nn.Module,
    train: Dataset,
    test: Dataset | None = None,
    config: TrainConfig | None = None,
    *,
    folder: Path | None = None,
    resume: bool = False,
    reporter: Reporter | None = None,
    groups: Groups | None = None,
    before_epoch: Callable[[int, nn.Module], None] | None = None,
    team: Team | None = None,
) -> Trained:
    """Train a classifier.

    Parameters
    ----------
    model : nn.Module
        From images to class scores; it is changed in place.
    train, test : Dataset
        To learn from, and to measure on after each epoch.
    config : TrainConfig, optional
    folder : Path, optional
        Gets `last.pt` and `log.csv` after each epoch, and `curves.png` at the end.
    resume : bool
        Go on from the folder's `last.pt`, if there is one.
    reporter : Reporter, optional
        Shows the run: `progress.Bar()`.
    groups : callable, optional
        From the model to parameter groups for the optimizer; each has its highest learning rate
        in `lr` and `peak`.
    before_epoch : callable, optional
        Called with the epoch, counted from 0, and the model, in training mode.
    team : Team, optional
        The processes that train together, from `distributed.join_team`.

    Returns
    -------
    Trained

    Raises
    ------
    ShapeError
        If the network does not take the images, or does not score the classes.
    CourseError
        If the checkpoint cannot be used.

    Examples
    --------
    >>> from cnncourse.data import load
    >>> from cnncourse.training import Optimisation
    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    >>> config = TrainConfig(epochs=5, optimisation=Optimisation(lr=0.05))
    >>> trained = fit(model, load("digits"), load("digits", "test"), config)
    >>> trained.history[-1].test_accuracy > 0.9
    True
    """
    run = _Run(model, train, test, config or TrainConfig(), team or Team(), groups,
               reporter or Silent())
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        if resume and (folder / LAST).exists():
            run.restore(folder / LAST)
    run.reporter.start(run.config.epochs, run.steps, len(run.history))
    while not run.finished():
        run.epoch(before_epoch)
        if folder is not None and run.team.rank == 0:
            write_csv(run.history, folder / "log.csv")
            save_checkpoint(folder / LAST, run.state())
    if folder is not None and run.team.rank == 0:
        plot_curves(run.history).savefig(folder / "curves.png")
    return run.result()


class _Run:
    """A run as it stands; every epoch depends on the state before it and on the seed alone."""

    def __init__(
        self,
        model: nn.Module,
        train: Dataset,
        test: Dataset | None,
        config: TrainConfig,
        team: Team,
        groups: Groups | None,
        reporter: Reporter,
    ) -> None:
        self.config, self.team = config, team
        self.reporter = reporter if team.rank == 0 else Silent()
        self.device = choose_device(config.machine.device)
        self.precision = choose_precision(config.machine.precision, self.device)
        self.train = _batches(train, config, self.device)
        self.test = _batches(test, config, self.device) if test else None
        self.data = [train.name, len(train), list(train.classes)]
        self.batch_size = min(config.batch_size, len(train))
        self.share = team.share_of(self.batch_size)
        self.steps = len(train) // self.batch_size
        self.model = model.to(self.device)
        _check_fits(self.model, self.train, len(train.classes))
        if self.train.channels_last:
            self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._prepare(groups, len(train.classes))
        self.history: list[Epoch] = []
        self.best: dict[str, Tensor] | None = None

    def _prepare(self, groups: Groups | None, classes: int) -> None:
        options = self.config.optimisation
        chosen = groups(self.model) if groups else parameter_groups(
            self.model, options.lr, options.weight_decay
        )
        self.optimizer = make_optimizer(chosen, options)
        ema = self.config.regularisation.ema
        self.average = AveragedModel(
            self.model, multi_avg_fn=get_ema_multi_avg_fn(ema), use_buffers=True
        ) if ema else None
        self.step = Step(
            self.team.wrap(self.model, self.device), self.optimizer, classes, options,
            self.config.regularisation, self.precision,
            self.reporter.note if self.team.size == 1 else None,
        )

    def finished(self) -> bool:
        done = len(self.history)
        patience = self.config.patience
        waited = patience is not None and done - self.best_epoch() >= patience
        return done >= self.config.epochs or (done > 0 and waited)

    def best_epoch(self) -> int:
        """Return the epoch with the least loss on held-out data; the last if none is held out."""
        if not self.history or self.history[-1].test_loss is None:
            return len(self.history)
        return min(self.history, key=lambda row: row.test_loss or 0.0).epoch

    def epoch(self, before_epoch: Callable[[int, nn.Module], None] | None) -> None:
        """Train on every image once, then evaluate."""
        number = len(self.history)
        order = seed_everything(self.config.seed, number)
        seed_everything(self.config.seed, number, 1 + self.team.rank)
        start = time.perf_counter()
        self.model.train()
        if before_epoch:
            before_epoch(number, self.model)
        loss, accuracy = self._learn(number, order)
        seconds = time.perf_counter() - start
        test_loss, test_accuracy = self._measure(self.test) if self.test else (None, None)
        self.history.append(Epoch(
            number + 1, self.optimizer.param_groups[0]["lr"], loss, accuracy,
            test_loss, test_accuracy,
            self.steps * self.batch_size / seconds, time.perf_counter() - start,
        ))
        if self.config.patience and self.best_epoch() == number + 1:
            self.best = {name: t.clone() for name, t in self._result_model().state_dict().items()}
        self.reporter.epoch(self.history[-1])

    def _learn(self, number: int, order: int) -> tuple[float, float]:
        """Go through the batches; give the mean loss and accuracy."""
        totals = torch.zeros(2, device=self.device)
        began = looked = time.perf_counter()
        batches = self.train.shuffled(self.batch_size, order, self.team.rank, self.team.size)
        for step, (x, y) in enumerate(batches):
            self._set_rate((number * self.steps + step) / (self.config.epochs * self.steps))
            loss, correct = self.step(x, y)
            totals += torch.stack([loss, correct / self.share])
            if self.average:
                self.average.update_parameters(self.model)
            now = time.perf_counter()
            if now - looked >= EVERY or step == 0:
                looked = now
                mean_loss, accuracy = _means(totals, step + 1)
            self.reporter.step(
                mean_loss, accuracy, (step + 1) * self.batch_size / (now - began)
            )
        return _means(self.team.sum(totals), self.team.size * self.steps)

    def _set_rate(self, progress: float) -> None:
        options = self.config.optimisation
        share = factor(options.schedule, progress, options.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * share

    def _measure(self, batches: Batches) -> tuple[float, float]:
        return _evaluate(self._result_model(), batches, self.share, self.precision, self.team)

    def _result_model(self) -> nn.Module:
        return self.average.module if self.average else self.model

    def state(self) -> dict[str, Any]:
        return {
            "model": self.model.state_dict(),
            "average": self.average.module.state_dict() if self.average else None,
            "averaged": int(self.average.n_averaged) if self.average else 0,
            "optimizer": self.optimizer.state_dict(),
            "best": self.best,
            "parts": self.step.parts,
            "history": [asdict(row) for row in self.history],
            "config": _comparable(self.config),
            "data": self.data,
        }

    def restore(self, path: Path) -> None:
        """Take over the state of a checkpoint, or say why it does not continue this run."""
        state = load_checkpoint(path, self.device)
        put_weights(self.model, state["model"], path)
        for name, now in (("config", _comparable(self.config)), ("data", self.data)):
            if state[name] != now:
                raise CourseError(
                    f"{path}: continues another run; its {name} was {state[name]}, this is {now}"
                )
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average:
            self.average.module.load_state_dict(state["average"])
            self.average.n_averaged.fill_(state["averaged"])
        self.best, self.step.parts = state["best"], state["parts"]
        self.history = [Epoch(**row) for row in state["history"]]

    def result(self) -> Trained:
        model = self._result_model()
        if self.average:
            self.model.load_state_dict(model.state_dict())
        if self.best:
            self.model.load_state_dict(self.best)
        best = self.best_epoch() if self.best else len(self.history)
        return Trained(self.model.eval(), self.history, best)


def _batches(data: Dataset, config: TrainConfig, device: torch.device) -> Batches:
    if not len(data):
        raise ArgumentError("data", f"{data.name} with at least one image", "none")
    return Batches(data, device, config.machine.channels_last)


def _means(totals: Tensor, count: int) -> tuple[float, float]:
    loss, accuracy = (totals / count).tolist()
    if not math.isfinite(loss):
        raise CourseError("the loss is no longer finite; try a lower learning rate")
    return loss, accuracy


def _comparable(config: TrainConfig) -> dict[str, Any]:
    """Reduce a configuration to what changes the result."""
    values = asdict(config)
    del values["machine"]
    values["regularisation"]["augment"] = list(config.regularisation.augment)
    return values


def _check_fits(model: nn.Module, batches: Batches, classes: int) -> None:
    """Try two images, before anything costs time."""
    x, _ = batches.at(torch.arange(min(2, len(batches))))
    model.eval()
    try:
        with torch.no_grad():
            scores = scores_of(model(x))
    except ShapeError:
        raise
    except RuntimeError as error:
        expected = f"a network for images of shape {tuple(x.shape[1:])}"
        raise ShapeError("model", expected, f"one that says: {error}") from error
    if scores.shape != (len(x), classes):
        expected = f"a network that gives {classes} scores, one for each class"
        raise ShapeError("model", expected, tuple(scores.shape[1:]))


def evaluate(
    model: nn.Module, data: Dataset, batch_size: int = 256, machine: Machine | None = None
) -> tuple[float, float]:
    """Measure a classifier, in evaluation mode.

    Parameters
    ----------
    model : nn.Module
    data : Dataset
    batch_size : int
    machine : Machine, optional

    Returns
    -------
    loss : float
        Mean cross-entropy.
    accuracy : float
        The share that is right.
    """
    config = TrainConfig(machine=machine or Machine())
    device = choose_device(config.machine.device)
    precision = choose_precision(config.machine.precision, device)
    batches = _batches(data, config, device)
    return _evaluate(model.to(device), batches, batch_size, precision, Team())


@torch.no_grad()
def _evaluate(
    model: nn.Module, batches: Batches, batch_size: int, precision: torch.dtype, team: Team
) -> tuple[float, float]:
    model.eval()
    totals = torch.zeros(2, dtype=torch.float64 if batches.device.type != "mps" else torch.float32)
    totals = totals.to(batches.device)
    for x, y in batches.in_order(batch_size, team.rank, team.size):
        with autocast(batches.device, precision):
            scores = scores_of(model(x)).float()
        loss = functional.cross_entropy(scores, y, reduction="sum")
        totals += torch.stack([loss, (scores.argmax(dim=1) == y).sum()]).to(totals.dtype)
    loss, correct = (team.sum(totals) / len(batches)).tolist()
    return loss, correct
