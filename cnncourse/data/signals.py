"""Generated signals whose faults are known: heartbeats with disturbances, and a machine's bearing.

Both are drawings of what such signals look like, not recordings, and no basis for any diagnosis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnncourse.data.dataset import Dataset
from cnncourse.errors import ArgumentError

Signal = NDArray[np.float64]

HEART_RATE = 100  # samples per second
# each wave of a beat: seconds after its peak R, height in mV, width (standard deviation) in seconds
WAVES = {
    "P": (-0.17, 0.13, 0.025),
    "Q": (-0.04, -0.12, 0.012),
    "R": (0.0, 1.0, 0.014),
    "S": (0.04, -0.25, 0.014),
    "T": (0.26, 0.30, 0.050),
}
# a beat that starts in a ventricle: wide, without P, its T on the other side
EARLY = {"R": (0.0, 0.9, 0.035), "T": (0.26, -0.25, 0.050)}
# what may be wrong: seconds after R where it begins and ends
DISTURBANCES = {
    "early beat": (-0.12, 0.45),
    "missed beat": (-0.20, 0.40),
    "inverted T": (0.12, 0.40),
    "loose electrode": (-0.30, 0.30),
}

VIBRATION_RATE = 1000  # samples per second
SPEEDS = (15.0, 25.0)  # turns per second
BALLS, SLENDERNESS = 9, 0.2  # of the bearing: balls, and their diameter over that of their circle
# balls that pass a point of the outer race while the shaft turns once, if they roll without sliding
PASSAGES = BALLS / 2 * (1 - SLENDERNESS)
STATES = ("healthy", "imbalance", "misalignment", "flawed race", "stick-slip")
RESONANCE, DECAY = 100.0, 0.006  # hertz and seconds: how the housing rings


@dataclass(frozen=True, eq=False)
class Recording:
    """A signal in which we know what is wrong.

    Parameters
    ----------
    values : float32 array, shape (C, L)
    rate : int
        Samples per second.
    events : tuple of (str, int, int)
        What was wrong, its first sample and the one after its last, in order.
    """

    values: NDArray[np.float32]
    rate: int
    events: tuple[tuple[str, int, int], ...]

    def anomalous(self) -> NDArray[np.bool_]:
        """Mark the samples of events: bool array, shape (L,)."""
        marks = np.zeros(self.values.shape[1], dtype=bool)
        for _, start, stop in self.events:
            marks[start:stop] = True
        return marks


def heartbeats(seconds: float, disturbed: float = 0.0, seed: int = 0) -> Recording:
    """Draw an electrocardiogram: breathing changes its pace and height, and it is a little noisy.

    Parameters
    ----------
    seconds : float
        At least 10; 100 samples each.
    disturbed : float
        The share of beats that are early, missed, have an inverted T wave, or are hidden by a
        loose electrode, each as often; at most 0.5. Two neighbours are never both disturbed.
    seed : int

    Returns
    -------
    Recording
        One channel, in mV.

    Examples
    --------
    >>> recording = heartbeats(20, disturbed=0.1, seed=1)
    >>> recording.values.shape, recording.events[0]
    ((1, 2000), ('early beat', 728, 785))
    """
    if seconds < 10:
        raise ArgumentError("seconds", "at least 10", seconds)
    if not 0 <= disturbed <= 0.5:
        raise ArgumentError("disturbed", "a share from 0 to 0.5", disturbed)
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * HEART_RATE)) / HEART_RATE
    values = 0.08 * np.sin(2 * np.pi * (0.25 * time + rng.random()))  # the chest moves
    values += rng.normal(0, 0.02, len(time))
    events = []
    peak, kind = 0.4, ""
    while peak < seconds + 1:
        free = not kind and rng.random() < disturbed / (1 - disturbed)
        kind = str(rng.choice(tuple(DISTURBANCES))) if free and 1 < peak < seconds - 1 else ""
        pace = 0.8 * (1 + 0.04 * np.sin(2 * np.pi * 0.25 * peak) + rng.normal(0, 0.01))
        at = peak - 0.3 * pace * (kind == "early beat")
        near = slice(max(0, round((at - 1) * HEART_RATE)), round((at + 1) * HEART_RATE))
        values[near] += _beat(time[near] - at, kind, 1 + rng.normal(0, 0.05))
        if kind:
            start, stop = (round((at + edge) * HEART_RATE) for edge in DISTURBANCES[kind])
            events.append((kind, start, stop))
            if kind == "loose electrode":
                values[start:stop] += rng.normal(0, 0.3, stop - start)
        peak += pace
    return Recording(values.astype(np.float32)[None], HEART_RATE, tuple(events))


def _beat(after: Signal, kind: str, height: float) -> Signal:
    """Draw one beat; `after` is the time since its R, in seconds."""
    if kind == "missed beat":
        return np.zeros_like(after)
    waves = EARLY if kind == "early beat" else WAVES
    total = np.zeros_like(after)
    for name, (delay, peak, width) in waves.items():
        sign = -1 if kind == "inverted T" and name == "T" else 1
        total += sign * height * peak * np.exp(-(((after - delay) / width) ** 2) / 2)
    return total


def machines(count: int, length: int = 512, seed: int = 0) -> Dataset:
    """Draw vibrations of machines, healthy ones and faulty ones.

    An imbalance shakes once a turn, a misaligned shaft twice. A flaw in the outer race of the
    bearing strikes the housing whenever a ball passes, and it rings down. A dry bearing sticks and
    slips as often: the ringing grows, and stops when it lets go. The last two are each other's
    mirror images in time, so nothing that ignores the direction of time tells them apart: no
    spectrum, no statistic of the values. Loads, speeds and noise differ from machine to machine.

    Parameters
    ----------
    count : int
        Machines; the classes take turns.
    length : int
        Samples, 1000 a second; at least 64.
    seed : int
        The same seed draws the same; the first of more are those of fewer.

    Returns
    -------
    Dataset
        Series of shape (N, 2, L): vibration (1 is a heavy load's), and a tachometer, which is 1
        in the first tenth of each turn and 0 else.

    Examples
    --------
    >>> data = machines(10, length=256)
    >>> data.images.shape, data.counts().tolist()
    ((10, 2, 256), [2, 2, 2, 2, 2])
    """
    if count < 1:
        raise ArgumentError("count", "at least 1 machine", count)
    if length < 64:
        raise ArgumentError("length", "at least 64 samples", length)
    labels = np.arange(count) % len(STATES)
    series = [
        _machine(STATES[label], length, np.random.default_rng((seed, i)))
        for i, label in enumerate(labels)
    ]
    return Dataset("machines", np.stack(series).astype(np.float32), labels, STATES)


def _machine(state: str, length: int, rng: np.random.Generator) -> Signal:
    time = np.arange(length) / VIBRATION_RATE
    turns = rng.uniform(*SPEEDS) * time + rng.random()
    tachometer = turns % 1 < 0.1
    once = rng.uniform(0.5, 1.0) if state == "imbalance" else rng.uniform(0.1, 0.4)
    twice = rng.uniform(0.4, 0.8) if state == "misalignment" else rng.uniform(0.05, 0.3)
    values = once * np.sin(2 * np.pi * (turns + rng.random()))
    values += twice * np.sin(2 * np.pi * (2 * turns + rng.random()))
    if state in STATES[3:]:
        forth = slice(None, None, 1 if state == "flawed race" else -1)
        values += _ringing(turns[forth], rng)[forth]
    values += rng.normal(0, rng.uniform(0.1, 0.2), length)
    return np.stack([values, tachometer])


def _ringing(turns: Signal, rng: np.random.Generator) -> Signal:
    """Ring down after each passage of a ball; balls slip by half a hundredth or so."""
    passages = turns * PASSAGES * (1 + rng.normal(0, 0.005)) + rng.random()
    struck = np.diff(np.floor(passages), prepend=np.floor(passages[0])) != 0
    strength = struck * rng.uniform(0.8, 1.6) * (1 + rng.normal(0, 0.1, len(turns)))
    after = np.arange(round(8 * DECAY * VIBRATION_RATE)) / VIBRATION_RATE
    answer = np.exp(-after / DECAY) * np.sin(2 * np.pi * RESONANCE * after)
    return np.convolve(strength, answer)[: len(turns)]
