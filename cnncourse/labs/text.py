"""Sentences: a convolution over words, where their order decides and where it hardly does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnncourse.data.negation import CLASSES, gap, reviews
from cnncourse.data.text import Sentences, Vocabulary, docstrings
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.metrics.masks import confusion as tally
from cnncourse.models.text import TextCNN
from cnncourse.plots import new_figure, show_confusion
from cnncourse.training import (
    Machine,
    Optimisation,
    TrainConfig,
    fit,
    seed_everything,
)

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

REVIEW, SENTENCE = 20, 40  # words: the longest of each kind
KIM = (3, 4, 5)
SOURCES = (2, 3, 4, 5)  # as the course's sources have it
ALONE = ((2,), (3,), (4,), (5,))
SHADES = ("#dadaeb", "#9e9ac8", "#756bb1", "#3f007d")  # of each width alone
PENALTIES = (1.0, 10.0)  # C of the logistic regression


def run(plan: Plan) -> Outcome:
    """Tell praise from blame where only order decides; then tell which package wrote a sentence."""
    order, by_gap, losses = _order(plan)
    packages, confusion, package_losses = _packages(plan)
    return Outcome((*order, packages), {**by_gap, "confusion": confusion},
                   {**losses, "packages": package_losses})


def _order(plan: Plan) -> tuple[list[Measured], dict[str, Picture], dict[str, list[float]]]:
    """Train a network for each choice of widths on reviews whose twins have the same words."""
    train = reviews(plan.choose(4000, fast=1000), seed=plan.seed)
    test = reviews(plan.choose(1000, fast=400), "test", plan.seed)
    vocabulary = Vocabulary(train.words)
    rights: dict[tuple[int, ...], NDArray[np.bool_]] = {}
    losses, networks = {}, {}
    for widths in (KIM, SOURCES, *ALONE):
        name = ", ".join(map(str, widths))
        seed_everything(plan.seed)
        network = TextCNN(len(vocabulary), len(CLASSES), widths, channels=32, embedding_dim=32)
        config = _config(plan, epochs=plan.choose(10, fast=8), lr=0.005)
        data = vocabulary.dataset("reviews", train, REVIEW)
        reporter = plan.reporter(f"reviews, widths {name}")
        history = fit(network, data, config=config, reporter=reporter).history
        losses[f"widths {name}"] = [epoch.train_loss for epoch in history]
        rights[widths] = predict(network, vocabulary, test, REVIEW) == test.labels
        networks[widths] = network
    bag = _bag_of_words(train, test, ((1, 1),))
    runs = _bag_of_words(train, test, ((1, 5),))
    kim, sources = float(rights[KIM].mean()), float(rights[SOURCES].mean())
    metric = "accuracy where the order of the words decides, widths"
    measured = [
        Measured(f"{metric} 3, 4, 5", kim, "bag of words, logistic regression", bag, "%"),
        Measured(f"{metric} 3, 4, 5", kim, "bag of runs of 1 to 5 words", runs, "%"),
        Measured(f"{metric} 2, 3, 4, 5", sources, "bag of words, logistic regression", bag, "%"),
    ]
    pictures = {
        "reach": _draw_reach(rights, np.array([gap(words) for words in test.words])),
        "phrases": _draw_phrases(networks[KIM], vocabulary, test),
    }
    return measured, pictures, losses


def _packages(plan: Plan) -> tuple[Measured, Picture, list[float]]:
    """Train on sentences of documentation, and on the same as bags of words."""
    plan.meter("reading documentation")(0, 1, "sentences of installed packages")
    train, test = docstrings(*((80, 40) if plan.fast else (1000, 250)))
    vocabulary = Vocabulary(train.words, at_least=2)
    network = TextCNN(len(vocabulary), len(train.classes), KIM, plan.choose(50, fast=32), 64)
    data = vocabulary.dataset("sentences", train, SENTENCE)
    config = _config(plan, epochs=plan.choose(6, fast=5), lr=0.002)
    history = fit(network, data, config=config, reporter=plan.reporter("sentences")).history
    found = predict(network, vocabulary, test, SENTENCE)
    bag = _bag_of_words(train, test, ((1, 1), (1, 2)))
    accuracy = float((found == test.labels).mean())
    metric = f"accuracy, which of {len(train.classes)} packages wrote a sentence"
    measured = Measured(metric, accuracy, "bag of words, logistic regression", bag, "%")
    confusion = tally(found, test.labels, len(train.classes))
    return measured, _describe_confusion(confusion, train.classes), [
        epoch.train_loss for epoch in history
    ]


def _config(plan: Plan, epochs: int, lr: float) -> TrainConfig:
    return TrainConfig(
        epochs, batch_size=64, seed=plan.seed, optimisation=Optimisation(lr=lr),
        machine=Machine(str(plan.device), "float32"),
    )


@torch.no_grad()
def predict(
    network: TextCNN, vocabulary: Vocabulary, sentences: Sentences, length: int
) -> NDArray[np.int64]:
    """Choose a class for each sentence.

    Parameters
    ----------
    network : TextCNN
    vocabulary : Vocabulary
        That it was trained with.
    sentences : Sentences
    length : int
        Words that it looks at.

    Returns
    -------
    int64 array, shape (N,)
    """
    place = next(network.parameters()).device
    numbers = torch.from_numpy(vocabulary.encode(sentences.words, length)).to(place)
    return np.concatenate([network(part).argmax(1).cpu().numpy() for part in numbers.split(256)])


def _bag_of_words(
    train: Sentences, test: Sentences, ranges: Sequence[tuple[int, int]]
) -> float:
    """Measure the field's usual baseline, tuned on a fifth of the training sentences."""
    held = np.arange(len(train)) % 10 < 2  # twins and a round of all packages stay together
    rest, tuning = train.take(np.flatnonzero(~held)), train.take(np.flatnonzero(held))
    candidates = [(words, penalty) for words in ranges for penalty in PENALTIES]
    best = max(candidates, key=lambda choice: _right(_fit_bag(rest, *choice), tuning))
    return _right(_fit_bag(train, *best), test)


def _fit_bag(train: Sentences, words: tuple[int, int], penalty: float) -> Pipeline:
    # slow to import, and a chapter needs the networks alone
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    bag = TfidfVectorizer(
        token_pattern=r"\S+", lowercase=False, ngram_range=words, sublinear_tf=True
    )
    return make_pipeline(bag, LogisticRegression(C=penalty, max_iter=300)).fit(
        train.texts(), train.labels
    )


def _right(bag: Pipeline, sentences: Sentences) -> float:
    return float((bag.predict(sentences.texts()) == sentences.labels).mean())


@dataclass(frozen=True)
class Detector:
    """A filter of a text network, and what it responds to most.

    Parameters
    ----------
    width : int
        Words that it spans.
    vote : float
        What its greatest response adds to the second class's score less the first's.
    phrases : list of (str, float)
        The runs of words that excite it most, each once, with its response; strongest first.
    """

    width: int
    vote: float
    phrases: list[tuple[str, float]]


@torch.no_grad()
def detectors(
    network: TextCNN, vocabulary: Vocabulary, sentences: Sentences, length: int, count: int = 3
) -> list[Detector]:
    """Find, for each width, the filter that votes most for each of two classes.

    Parameters
    ----------
    network : TextCNN
        With two classes.
    vocabulary : Vocabulary
    sentences : Sentences
        In which phrases are looked for.
    length : int
        Words of a sentence that count.
    count : int
        Phrases of each filter.

    Returns
    -------
    list of Detector
        For each width, one that votes for the first class and one that votes for the second.
    """
    place = next(network.parameters()).device
    numbers = torch.from_numpy(vocabulary.encode(sentences.words, length)).to(place)
    weight = network.classify.weight
    votes = (weight[1] - weight[0]).split(network.channels)
    found = []
    for width, responses, vote in zip(
        network.widths, network.responses(numbers), votes, strict=True
    ):
        strongest = vote * responses.amax(dim=2).std(dim=0)  # a filter that never changes is mute
        for channel in (int(strongest.argmin()), int(strongest.argmax())):
            phrases = _strongest(responses[:, channel], sentences, width, count)
            found.append(Detector(width, float(vote[channel]) * phrases[0][1], phrases))
    return found


def _strongest(
    responses: torch.Tensor, sentences: Sentences, width: int, count: int
) -> list[tuple[str, float]]:
    """Go through the places from the strongest response down, until enough phrases differ."""
    order = responses.flatten().argsort(descending=True, stable=True).tolist()
    phrases: dict[str, float] = {}
    for place in order:
        row, start = divmod(place, responses.shape[1])
        words = sentences.words[row][start : start + width]
        if len(words) == width:
            phrases.setdefault(" ".join(words), float(responses[row, start]))
        if len(phrases) == count:
            break
    return list(phrases.items())


def _draw_phrases(network: TextCNN, vocabulary: Vocabulary, test: Sentences) -> Picture:
    figure = new_figure(height=4.6)
    found = detectors(network, vocabulary, test, REVIEW)
    for place, detector in enumerate(found, start=1):
        axes = figure.add_subplot(len(found) // 2, 2, place)
        colour = "#f1a340" if detector.vote > 0 else "#998ec3"
        axes.barh(
            range(len(detector.phrases)), [value for _, value in detector.phrases],
            color=colour, alpha=0.55, height=0.8,
        )  # fmt: skip
        for row, (phrase, _) in enumerate(detector.phrases):
            axes.text(0.03, row, phrase, va="center", transform=axes.get_yaxis_transform())
        axes.set_title(f"{detector.width} words, votes {CLASSES[detector.vote > 0]}")
        axes.invert_yaxis()
        axes.set_yticks([])
        axes.tick_params(labelsize=8)
    for axes in figure.axes[-2:]:
        axes.set_xlabel("response")
    said = "; ".join(
        f"of {detector.width} words for {CLASSES[detector.vote > 0]}: '{detector.phrases[0][0]}'"
        for detector in found
    )
    return Picture(figure, f"The runs of words that excite six filters most, the first {said}.")


def _draw_reach(
    rights: dict[tuple[int, ...], NDArray[np.bool_]], gaps: NDArray[np.int64]
) -> Picture:
    """Draw accuracy by how far the negation stands from what it negates, for each width alone."""
    distances = np.unique(gaps)
    figure = new_figure(height=3.0)
    axes = figure.add_subplot()
    share = 0.8 / len(ALONE)
    said = []
    for place, widths in enumerate(ALONE):
        values = [rights[widths][gaps == distance].mean() for distance in distances]
        at = distances + (place - (len(ALONE) - 1) / 2) * share
        axes.bar(at, values, share * 0.92, label=f"width {widths[0]}",
                 color=SHADES[place])
        said.append(f"width {widths[0]}: " + ", ".join(f"{100 * value:.0f}" for value in values))
    axes.axhline(0.5, color="0.3", linestyle="--", linewidth=1)
    axes.set_xticks(distances)
    axes.set_xlabel("words between 'not' and the adjective")
    axes.set_ylabel("accuracy")
    axes.set_ylim(0, 1.02)
    figure.legend(loc="outside upper center", ncols=len(ALONE), frameon=False)
    listed = ", ".join(map(str, distances))
    return Picture(
        figure,
        "Bars of accuracy: a filter must reach from the negation to the adjective. In %, with "
        f"{listed} words between: {'; '.join(said)}. A dashed line at 50 % is chance.",
    )


def _describe_confusion(counts: NDArray[np.int64], classes: Sequence[str]) -> Picture:
    figure: Figure = show_confusion(counts, classes)
    wrong = counts * (1 - np.eye(len(classes), dtype=int))
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    best = int(np.argmax(np.diag(counts) / counts.sum(axis=1)))
    return Picture(
        figure,
        f"A confusion matrix of {len(classes)} packages. {classes[best]} is recognised best, "
        f"{100 * counts[best, best] / counts[best].sum():.0f} % of its sentences; most often "
        f"{classes[row]} is taken for {classes[column]}, "
        f"{100 * counts[row, column] / counts[row].sum():.0f} %.",
    )
