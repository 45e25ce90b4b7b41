"""Which digit was said? Heard from a picture of the sound, from its wave, and from strangers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from cnncourse.data import Dataset, data_folder
from cnncourse.data.audio import log_mel, mel_frequencies, mfcc
from cnncourse.data.spoken import (
    DIGITS,
    RATE,
    Heard,
    Recordings,
    divide,
    free_spoken_digits,
    has_free_spoken_digits,
    spoken_digits,
    windows,
)
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.models.audio import SpectrogramCNN, WaveNetClassifier
from cnncourse.plots import new_figure, show_spectrogram
from cnncourse.training import Machine, Optimisation, TrainConfig, evaluate, fit, seed_everything

LENGTH = 6272  # samples of a window, 0.78 s
N_MELS, HOP = 32, 192  # of the spectrograms, which get 32 frames: 24 ms from one to the next
ROOM = 0.1  # power in a mel: about that of the noise in training; what is softer looks the same
NOISE = 0.02  # the most white noise in training, as a deviation beside a peak of 1
UNSEEN = ("en-us-nyc+m4", "en-gb-x-rp+f3", "en-029+f2", "en-gb-scotland+m3")
Form = Callable[[NDArray[np.float32]], NDArray[np.float32]]
BASELINE = "logistic regression on MFCCs"


@dataclass(frozen=True)
class Score:
    """How many words were recognised.

    Parameters
    ----------
    known, unseen : float
        Shares, from 0 to 1: of held-out words of known speakers, and of speakers never heard.
    """

    known: float
    unseen: float


def run(plan: Plan) -> Outcome:
    """Learn the digits of a synthesiser, and those of people if their recordings are here."""
    voices = divide(spoken_digits(), UNSEEN)
    by_cnn, seen = learn_spectrograms(
        voices.train, plan, plan.choose(4, fast=3), plan.choose(10, fast=6)
    )
    by_wavenet, waves_seen = learn_waves(voices.train, plan)
    scores = {
        BASELINE: score_baseline(voices),
        "log-mel CNN": score(by_cnn, voices, spectrograms, plan),
        "WaveNet on the wave": score(by_wavenet, voices, waves, plan),
    }
    measured = _rows(scores, "voices")
    losses = {"log-mel CNN": seen, "WaveNet": waves_seen}
    pictures = {"seven": _draw_word(voices.train), "voices": _draw_scores(scores, "voices")}
    if has_free_spoken_digits(data_folder()):
        people, losses["log-mel CNN, people"] = _people(plan)
        measured += _rows(people, "people")
        pictures["people"] = _draw_scores(people, "people")
    return Outcome(tuple(measured), pictures, losses)


def _people(plan: Plan) -> tuple[dict[str, Score], list[float]]:
    """Learn from all people but the last of the alphabet."""
    recordings = free_spoken_digits(data_folder())
    heard = divide(recordings, recordings.people[-1:])
    model, seen = learn_spectrograms(
        heard.train, plan, plan.choose(3, fast=1), plan.choose(6, fast=4), " of people"
    )
    return {
        BASELINE: score_baseline(heard),
        "log-mel CNN": score(model, heard, spectrograms, plan),
    }, seen


def learn_spectrograms(
    train: Recordings, plan: Plan, copies: int, epochs: int, whose: str = ""
) -> tuple[nn.Module, list[float]]:
    """Train a 2D network on log-mel spectrograms of words, moved and in noise.

    Parameters
    ----------
    train : Recordings
    plan : Plan
    copies : int
        How often each word is put into a window of its own.
    epochs : int
        Over all copies.
    whose : str
        Added to the stage's name in the progress.

    Returns
    -------
    model : nn.Module
        In evaluation mode.
    losses : list of float
        Of each epoch.
    """
    seed_everything(plan.seed)
    data = _many(train, copies, plan.seed)
    data = Dataset("spectrograms", spectrograms(data.images[:, 0]), data.labels, DIGITS)
    return _fit(SpectrogramCNN(len(DIGITS)), data, epochs, 1e-2, plan, f"spectrograms{whose}")


def learn_waves(train: Recordings, plan: Plan) -> tuple[nn.Module, list[float]]:
    """Train a WaveNet on the waves of words, moved and in noise; as `learn_spectrograms`."""
    seed_everything(plan.seed)
    if plan.fast:
        train = train.take(np.arange(0, len(train), 2))
    data = _many(train, plan.choose(6, fast=1), plan.seed)
    return _fit(WaveNetClassifier(len(DIGITS)), data, plan.choose(6, fast=4), 5e-3, plan, "waves")


def _many(train: Recordings, copies: int, seed: int) -> Dataset:
    """Put each word into several windows, each time elsewhere: images (N copies, 1, L)."""
    placed = [windows(train, LENGTH, (seed + 1) * 1000 + i, NOISE) for i in range(copies)]
    labels = np.tile(train.labels, copies)
    return Dataset("words", np.concatenate(placed)[:, None], labels, DIGITS)


def _fit(
    model: nn.Module, data: Dataset, epochs: int, lr: float, plan: Plan, stage: str
) -> tuple[nn.Module, list[float]]:
    config = TrainConfig(
        epochs=epochs, batch_size=16, seed=plan.seed, optimisation=Optimisation(lr=lr),
        machine=Machine(device=str(plan.device), precision="float32"),
    )  # fmt: skip
    trained = fit(model, data, config=config, reporter=plan.reporter(stage))
    return trained.model, [epoch.train_loss for epoch in trained.history]


def spectrograms(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn windows into what a 2D network sees: (N, L) -> (N, 1, mels, frames), in decibels."""
    return log_mel(samples, RATE, N_MELS, hop_length=HOP, floor=ROOM)[:, None]


def waves(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn windows into what a 1D network hears: (N, L) -> (N, 1, L)."""
    return samples[:, None]


def score(model: nn.Module, heard: Heard, form: Form, plan: Plan) -> Score:
    """Measure a network on words that it has not heard.

    Parameters
    ----------
    model : nn.Module
    heard : Heard
    form : callable
        From windows to what the network takes: `spectrograms` or `waves`.
    plan : Plan

    Returns
    -------
    Score
    """
    machine = Machine(device=str(plan.device), precision="float32")
    shares = [
        evaluate(
            model, Dataset("words", form(windows(words, LENGTH)), words.labels, DIGITS),
            machine=machine,
        )[1]
        for words in (heard.known, heard.unseen)
    ]  # fmt: skip
    return Score(*shares)


def score_baseline(heard: Heard) -> Score:
    """Measure a logistic regression on the mean and deviation of each word's 13 MFCCs over time."""
    # slow to import, and a chapter needs the networks alone
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    model.fit(summaries(heard.train), heard.train.labels)
    return Score(*(
        float(model.score(summaries(words), words.labels)) for words in (heard.known, heard.unseen)
    ))


def summaries(words: Recordings) -> NDArray[np.float64]:
    """Reduce each word, without any silence around it, to the mean and deviation of its MFCCs.

    Parameters
    ----------
    words : Recordings

    Returns
    -------
    float64 array, shape (N, 26)
    """
    rows = []
    for samples in words.samples:
        over_time = mfcc(log_mel(samples, words.rate, N_MELS))
        rows.append(np.concatenate([over_time.mean(axis=1), over_time.std(axis=1)]))
    return np.array(rows)


def _rows(scores: dict[str, Score], whose: str) -> list[Measured]:
    """Compare each network with the baseline, the first network on unseen speakers first."""
    base = scores[BASELINE]
    rows = []
    for name, found in list(scores.items())[1:]:
        rows += [
            Measured(f"accuracy on unseen {whose}, {name}", found.unseen, BASELINE, base.unseen,
                     unit="%"),
            Measured(f"accuracy on held-out words of known {whose}, {name}", found.known,
                     BASELINE, base.known, unit="%"),
        ]  # fmt: skip
    return rows


def _draw_word(words: Recordings) -> Picture:
    place = int(np.flatnonzero(words.labels == 7)[0])
    samples = words.samples[place]
    picture = log_mel(samples, RATE, N_MELS, hop_length=32)
    figure = show_spectrogram(samples, picture, RATE, mel_frequencies(N_MELS, RATE))
    seconds = len(samples) / RATE
    return Picture(
        figure,
        f"the word seven as a wave of {seconds:.2f} s and as its log-mel spectrogram: a faint "
        "hiss, the bright bands of a vowel, a dark v, the rising bands of another vowel, a soft n",
    )


def _draw_scores(scores: dict[str, Score], whose: str) -> Picture:
    """Draw a pair of bars for each way to recognise words."""
    figure = new_figure(height=0.55 * len(scores) + 1.1)
    axes = figure.subplots()
    for place, found in enumerate(scores.values()):
        pair = (-0.18, found.known, "#54278f"), (0.18, found.unseen, "#e08214")
        for shift, share, colour in pair:
            axes.barh(place + shift, share, height=0.34, color=colour)
            axes.text(share + 0.01, place + shift, f"{100 * share:.0f} %", va="center", fontsize=8)
    axes.set_yticks(range(len(scores)), list(scores))
    axes.invert_yaxis()
    axes.set(xlim=(0, 1.1), xlabel="words recognised")
    axes.set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"])
    axes.legend(
        handles=[axes.patches[0], axes.patches[1]], labels=[f"known {whose}", f"unseen {whose}"],
        loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False,
    )  # fmt: skip
    words = "; ".join(
        f"{name}: {100 * found.known:.0f} % of held-out words of known {whose}, "
        f"{100 * found.unseen:.0f} % of words of unseen {whose}"
        for name, found in scores.items()
    )
    return Picture(figure, f"bars of the words recognised. {words}")
