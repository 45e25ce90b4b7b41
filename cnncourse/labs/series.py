"""Series: a network that sees only the past finds what is wrong in heartbeats and machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor

from cnncourse.data import Dataset
from cnncourse.data.signals import VIBRATION_RATE, Recording, heartbeats, machines
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.metrics.signals import (
    average_precision,
    best_threshold,
    precision_recall,
    roc_auc,
)
from cnncourse.models.tcn import TCN, SeriesClassifier
from cnncourse.plots import new_figure, show_confusion, show_dilation_tree
from cnncourse.training import Machine, Optimisation, TrainConfig, descend, fit, seed_everything

Signal = NDArray[np.floating]

AHEAD = 8  # samples: how far the network looks ahead, so that a smooth wave is not just continued
DISTURBED = 0.12  # the share of beats that are
BATCH, PIECE = 8, 512  # pieces, and samples of each, that it learns from at once
AVERAGES = (5, 10, 20, 40, 80, 160)  # samples: lengths of the moving average that are tried
SMOOTHINGS = (1, 9, 17, 25, 41, 61)  # samples over which scores are averaged
CALM = (-8.0, 4.0)  # limits of the predicted logarithm of the variance
BANDS = 12  # of the spectrum, among the features
EXCERPT = 12  # seconds that are drawn


def run(plan: Plan) -> Outcome:
    """Find disturbed heartbeats by surprise; then tell the faults of machines apart."""
    hearts, found, surprised = _hearts(plan)
    faults, states, learnt = _machines(plan)
    pictures = {**found, "tree": _draw_tree(TCN(1, 1, channels=1, depth=3)), **states}
    return Outcome((*hearts, *faults), pictures, {"forecast": surprised, "faults": learnt})


def _hearts(plan: Plan) -> tuple[list[Measured], dict[str, Picture], list[float]]:
    """Learn what comes next in a healthy heart; whatever surprises is disturbed."""
    healthy = heartbeats(plan.choose(600, fast=120), seed=plan.seed)
    tuning, unseen = (
        heartbeats(plan.choose(400, fast=200), DISTURBED, plan.seed + i) for i in (1, 2)
    )
    network = TCN(1, 2, channels=plan.choose(24, fast=12), depth=6).to(plan.device)
    seen = learn_to_forecast(network, healthy, plan.choose(700, fast=110), plan)
    ours = _tune([surprise(network, tuning)], [surprise(network, unseen)], tuning)
    baseline = _tune([distance_from_average(tuning, length) for length in AVERAGES],
                     [distance_from_average(unseen, length) for length in AVERAGES], tuning)
    pictures = {"found": _draw_found(unseen, ours), "kinds": _draw_kinds(unseen, ours, baseline)}
    return _compare(ours, baseline, unseen.anomalous()), pictures, seen


@dataclass(frozen=True, eq=False)
class Alarm:
    """A score of every sample, and the threshold from which on it is an alarm.

    Parameters
    ----------
    scores : float array, shape (L,)
    threshold : float
    """

    scores: Signal
    threshold: float

    def found(self) -> NDArray[np.bool_]:
        """Mark the samples that raise the alarm: bool array, shape (L,)."""
        return self.scores >= self.threshold


def learn_to_forecast(
    network: TCN, recording: Recording, steps: int, plan: Plan
) -> list[float]:
    """Teach a network what a signal will be `AHEAD` samples on: a mean and its uncertainty.

    Parameters
    ----------
    network : TCN
        With one input and two outputs: the mean, and the logarithm of the variance.
    recording : Recording
        In which nothing is wrong.
    steps : int
    plan : Plan

    Returns
    -------
    list of float
        The loss now and then: surprise, in nats, but for a constant.
    """
    values = torch.from_numpy(recording.values).to(plan.device)
    pick = torch.Generator().manual_seed(plan.seed)
    latest = values.shape[1] - PIECE - AHEAD

    def loss(step: int) -> Tensor:
        starts = torch.randint(latest, (BATCH,), generator=pick).tolist()
        pieces = torch.stack([values[:, i : i + PIECE + AHEAD] for i in starts])
        return _surprise(network(pieces[:, :, :PIECE]), pieces[:, 0, AHEAD:]).mean()

    options = Optimisation(lr=6e-3, clip=1.0)
    return descend(network, loss, steps, options, plan.meter("heartbeats"))


def _surprise(forecast: Tensor, value: Tensor) -> Tensor:
    """Minus the logarithm of a normal density, but for a constant: (N, 2, L), (N, L) -> (N, L)."""
    mean, spread = forecast[:, 0], forecast[:, 1].clamp(*CALM)
    return (spread + (value - mean) ** 2 / spread.exp()) / 2


@torch.no_grad()
def surprise(network: TCN, recording: Recording) -> Signal:
    """Tell how little a network expected each sample of a signal.

    Parameters
    ----------
    network : TCN
        That has learnt to forecast.
    recording : Recording

    Returns
    -------
    float array, shape (L,)
        Nats; the first samples, which nothing foretells, get the least.
    """
    place = next(network.parameters()).device
    values = torch.from_numpy(recording.values)[None].to(place)
    nats = _surprise(network(values[:, :, :-AHEAD]), values[:, 0, AHEAD:])[0].cpu().numpy()
    return np.concatenate([np.full(AHEAD, nats.min()), nats])


def distance_from_average(recording: Recording, length: int) -> Signal:
    """Tell how far each sample is from the mean of those before it.

    Parameters
    ----------
    recording : Recording
        Of one channel.
    length : int
        Samples of the moving average.

    Returns
    -------
    float array, shape (L,)

    Examples
    --------
    >>> recording = Recording(np.array([[0, 2, 4, 6]], np.float32), rate=1, events=())
    >>> distance_from_average(recording, 2)
    array([0., 2., 3., 3.])
    """
    values = recording.values[0].astype(np.float64)
    sums = np.concatenate([[0.0], values.cumsum()])
    here = np.arange(len(values))
    since = (here - length).clip(0)
    means = (sums[here] - sums[since]) / (here - since).clip(1)
    return np.abs(values - np.where(here > 0, means, values))


def _tune(tuning: Sequence[Signal], unseen: Sequence[Signal], recording: Recording) -> Alarm:
    """Choose the score and how far to smooth it, then the threshold, all on the tuning part."""
    from scipy.ndimage import uniform_filter1d  # slow to import; a chapter needs the network alone

    true = recording.anomalous()
    choices = [(i, width) for i in range(len(tuning)) for width in SMOOTHINGS]

    def merit(choice: tuple[int, int]) -> float:
        return average_precision(uniform_filter1d(tuning[choice[0]], choice[1]), true)

    best, width = max(choices, key=merit)
    threshold = best_threshold(uniform_filter1d(tuning[best], width), true)
    return Alarm(uniform_filter1d(unseen[best], width), threshold)


def _compare(ours: Alarm, baseline: Alarm, true: NDArray[np.bool_]) -> list[Measured]:
    words = "moving average, tuned"
    areas = [
        Measured(f"{name}, disturbed heartbeats", area(ours.scores, true), words,
                 area(baseline.scores, true))
        for name, area in (("average precision", average_precision), ("area under ROC", roc_auc))
    ]
    shares = [
        Measured(f"{name} at the threshold tuned for F1", value, words, base, "%")
        for name, value, base in zip(
            ("precision", "recall"), precision_recall(ours.found(), true),
            precision_recall(baseline.found(), true), strict=True,
        )
    ]  # fmt: skip
    return areas + shares


def _machines(plan: Plan) -> tuple[list[Measured], dict[str, Picture], list[float]]:
    """Classify vibrations by a network, and by the usual features and a forest of thresholds."""
    # slow to import, and a chapter needs the networks alone
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import confusion_matrix, f1_score

    train = machines(plan.choose(2000, fast=400), seed=plan.seed)
    test = machines(plan.choose(1000, fast=300), seed=plan.seed + 1)
    seed_everything(plan.seed)
    network = SeriesClassifier(2, len(train.classes), channels=12, depth=4)
    config = TrainConfig(
        plan.choose(10, fast=7), batch_size=16, seed=plan.seed,
        optimisation=Optimisation(lr=0.02), machine=Machine(str(plan.device), "float32"),
    )
    history = fit(network, train, config=config, reporter=plan.reporter("machines")).history
    found = _predict(network, test)
    forest = RandomForestClassifier(300, random_state=plan.seed)
    guessed = forest.fit(features(train), train.labels).predict(features(test))
    words = "features of the vibration, random forest"
    right, right_guessed = (float((p == test.labels).mean()) for p in (found, guessed))
    f1, f1_guessed = (float(f1_score(test.labels, p, average="macro")) for p in (found, guessed))
    measured = [
        Measured("accuracy, five states of a machine", right, words, right_guessed, "%"),
        Measured("F1, mean over the five states", f1, words, f1_guessed),
    ]
    confusion = _describe(confusion_matrix(test.labels, found), test.classes)
    pictures = {"states": _draw_states(test), "confusion": confusion}
    return measured, pictures, [epoch.train_loss for epoch in history]


@torch.no_grad()
def _predict(network: SeriesClassifier, data: Dataset) -> NDArray[np.int64]:
    place = next(network.parameters()).device
    parts = torch.from_numpy(data.images).to(place).split(256)
    return np.concatenate([network(part).argmax(1).cpu().numpy() for part in parts])


def features(data: Dataset) -> Signal:
    """Reduce each vibration to the numbers that maintenance engineers begin with.

    Parameters
    ----------
    data : Dataset
        Series of shape (N, C, L), the vibration first.

    Returns
    -------
    float array, shape (N, 6 + BANDS)
        Root mean square, peak, crest factor, kurtosis, skewness, the share of steps that cross
        zero, and the logarithm of the power in bands of the spectrum, each about as much wider
        than the one before.

    Examples
    --------
    >>> features(machines(4, length=512)).shape
    (4, 18)
    """
    from scipy import stats  # as above

    x = data.images[:, 0].astype(np.float64)
    rms, peak = np.sqrt((x**2).mean(axis=1)), np.abs(x).max(axis=1)
    crossings = (np.diff(np.sign(x), axis=1) != 0).mean(axis=1)
    power = np.abs(np.fft.rfft(x * np.hanning(x.shape[1]), axis=1)) ** 2
    edges = np.geomspace(1, power.shape[1], BANDS + 1).round().astype(int)
    edges = np.maximum(edges, np.arange(1, BANDS + 2))  # each band holds one frequency at least
    bands = np.add.reduceat(power, edges[:-1], axis=1) / np.diff(edges)
    return np.column_stack(
        [rms, peak, peak / rms, stats.kurtosis(x, axis=1), stats.skew(x, axis=1), crossings,
         np.log(bands)]
    )  # fmt: skip


def _draw_found(recording: Recording, alarm: Alarm) -> Picture:
    """Draw the stretch with most kinds of disturbance, what is wrong in it and what was found."""
    rate = recording.rate
    starts = [max(0, start - rate) for _, start, _ in recording.events]
    kinds = [{k for k, a, b in recording.events if s < a and b < s + (EXCERPT - 1) * rate}
             for s in starts]
    first = starts[int(np.argmax([len(some) for some in kinds]))]
    part = slice(first, first + EXCERPT * rate)
    time = np.arange(EXCERPT * rate) / rate
    figure = new_figure(height=3.6)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    above.plot(time, recording.values[0, part], color="0.25", linewidth=0.9)
    above.set_ylabel("mV")
    above.set_ylim(-1.0, 1.75)
    for kind, start, stop in recording.events:
        if first < start and stop < part.stop:
            above.axvspan((start - first) / rate, (stop - first) / rate, color="#fdb863", alpha=0.5)
            above.text(min((start - first) / rate, EXCERPT - 1.5), 1.45, kind, fontsize=8)
    below.plot(time, alarm.scores[part], color="#5e3c99", linewidth=1.1)
    below.axhline(alarm.threshold, color="0.3", linestyle="--", linewidth=1)
    below.fill_between(time, 0, 1, where=alarm.found()[part], color="#b2abd2", alpha=0.6,
                       transform=below.get_xaxis_transform())
    below.set(xlabel="time / s", ylabel="surprise / nats", xlim=(0, EXCERPT))
    exact, complete = precision_recall(alarm.found()[part], recording.anomalous()[part])
    return Picture(figure, f"{EXCERPT} s of a generated electrocardiogram; disturbed stretches are "
                   "shaded. Below, the network's surprise. Where it is above a dashed threshold an "
                   f"alarm is raised, here with precision {100 * exact:.0f} % and recall "
                   f"{100 * complete:.0f} %.")


def _draw_kinds(recording: Recording, ours: Alarm, baseline: Alarm) -> Picture:
    """Draw which share of each kind of disturbance is found."""
    kinds = sorted({kind for kind, _, _ in recording.events})
    figure = new_figure(height=2.8)
    axes: Axes = figure.add_subplot()
    said = []
    methods = (("network", ours, "#5e3c99"), ("moving average", baseline, "#fdb863"))
    for place, (name, alarm, colour) in enumerate(methods):
        found = alarm.found()
        shares = [
            np.mean([found[a:b].any() for which, a, b in recording.events if which == kind])
            for kind in kinds
        ]
        axes.bar(np.arange(len(kinds)) + 0.4 * place - 0.2, shares, 0.38, label=name, color=colour)
        said.append(f"{name}: " + ", ".join(
            f"{kind} {100 * share:.0f} %" for kind, share in zip(kinds, shares, strict=True)
        ))
    axes.set_xticks(range(len(kinds)), labels=kinds)
    axes.set_ylabel("share found")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return Picture(figure, f"Bars: which share of the events is touched by an alarm. {said[0]}; "
                   f"{said[1]}.")


def _draw_tree(network: TCN) -> Picture:
    """Draw the way from one output of a network down to all that it sees."""
    windows = network.windows()
    dilations = ", ".join(str(window.dilation) for window in windows)
    return Picture(
        show_dilation_tree(windows),
        f"From one output down through {len(windows)} causal convolutions, with dilations "
        f"{dilations} from the input up: a tree that reaches {network.field().size} samples, none "
        "of them in the future.",
    )


def _draw_states(data: Dataset) -> Picture:
    """Draw the vibration of the first machine in each state."""
    figure = new_figure(height=5.0)
    panels = figure.subplots(len(data.classes), 1, sharex=True, sharey=True)
    time = np.arange(data.images.shape[2]) / VIBRATION_RATE
    for label, (axes, name) in enumerate(zip(panels, data.classes, strict=True)):
        vibration, tachometer = data.images[data.labels == label][0]
        axes.plot(time, vibration, color="#5e3c99", linewidth=0.8)
        axes.fill_between(time, 0, 1, where=tachometer > 0, color="0.85",
                          transform=axes.get_xaxis_transform(), linewidth=0)
        axes.set_title(name, loc="left", pad=2)
    panels[-1].set_xlabel("time / s")
    return Picture(figure, f"Half a second of vibration in each state: {', '.join(data.classes)}. "
                   "Gray stripes mark the turns of the shaft. Flawed race and stick-slip look "
                   "alike, but one rings down and the other up.")


def _describe(counts: NDArray[np.int64], classes: Sequence[str]) -> Picture:
    shares = np.diag(counts) / counts.sum(axis=1)
    said = ", ".join(f"{name} {100 * x:.0f} %" for name, x in zip(classes, shares, strict=True))
    return Picture(show_confusion(counts, classes),
                   f"A confusion matrix of machines' states; right: {said}.")
