"""What are you, if I know your friends? Graph convolution with few labels.

Two real graphs. The functions of SciPy's documentation have words and neighbours, and a network
that uses both beats what uses one. The members of a karate club have neighbours alone: there, a
graph convolution can do no more than labels that spread along the edges.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from torch.nn import functional

from cnncourse.data import Graph, karate_club, see_also
from cnncourse.errors import ArgumentError
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.models.graphs import GCN, propagation
from cnncourse.plots import SIGNED, new_figure
from cnncourse.training import Optimisation, descend

PER_CLASS = 5  # labels, for the table
LEADERS = (0, 33)  # of the karate club
GRAPH, WORDS, NEIGHBOURS = "words and neighbours", "words alone", "neighbours alone"


def run(plan: Plan) -> Outcome:
    """Sort functions by the part of a library and members by their faction, from few labels."""
    shares, losses = _functions(plan)
    right = {name: seen[PER_CLASS] for name, seen in shares.items()}
    club, club_losses, picture = _club(plan)
    task = f"accuracy of SciPy's functions, {PER_CLASS} labels per part"
    measured = (
        Measured(task, right[GRAPH], "logistic regression on words", right[WORDS], unit="%"),
        Measured(task, right[GRAPH], "labels spread along edges", right[NEIGHBOURS], unit="%"),
        *club,
    )
    pictures = {"labels": _draw_shares(shares), "club": picture}
    return Outcome(measured, pictures, losses | club_losses)


def _functions(plan: Plan) -> tuple[dict[str, dict[int, float]], dict[str, list[float]]]:
    """Measure three ways against the number of labels: shares by way and labels per class."""
    graph = see_also()
    words = TfidfVectorizer(
        min_df=3, token_pattern="[A-Za-z]{3,}", stop_words="english", sublinear_tf=True
    )
    x = words.fit_transform(graph.texts).toarray().astype(np.float32)
    counts = (2, PER_CLASS) if plan.fast else (1, 2, PER_CLASS, 10)
    draws = plan.choose(4, fast=2)
    shares: dict[str, dict[int, float]] = {name: {} for name in (GRAPH, WORDS, NEIGHBOURS)}
    losses = {}
    for per_class in counts:
        found: dict[str, list[float]] = {name: [] for name in shares}
        for draw in range(draws):
            known = draw_known(graph.labels, per_class, seed=plan.seed + draw)
            stage = f"{per_class} per part, draw {draw + 1}"
            answers, losses[stage] = _train(graph, x, known, plan, stage)
            found[GRAPH].append(_share(answers.argmax(1), graph, known))
            regression = LogisticRegression(C=100, max_iter=1000).fit(x[known], graph.labels[known])
            found[WORDS].append(_share(regression.predict(x), graph, known))
            spread = spread_labels(graph, known)
            found[NEIGHBOURS].append(_share(spread.argmax(1), graph, known))
        for name, seen in found.items():
            shares[name][per_class] = float(np.mean(seen))
    return shares, losses


def _train(
    graph: Graph, x: NDArray[np.float32], known: NDArray[np.int64], plan: Plan, stage: str
) -> tuple[NDArray[np.float64], list[float]]:
    """Train a GCN on the known nodes; give the probabilities of all nodes' classes."""
    features = torch.from_numpy(x).to(plan.device)
    matrix = propagation(torch.from_numpy(graph.edges), len(graph)).to(plan.device)
    places = torch.from_numpy(known).to(plan.device)
    labels = torch.from_numpy(graph.labels[known]).to(plan.device)
    network = GCN(x.shape[1], len(graph.classes)).to(plan.device)
    losses = descend(
        network,
        lambda step: functional.cross_entropy(network(features, matrix)[places], labels),
        plan.choose(200, fast=100),
        Optimisation(lr=0.02, weight_decay=0.02, schedule="constant"),
        plan.meter(stage),
    )
    with torch.no_grad():
        return network(features, matrix).softmax(1).cpu().double().numpy(), losses


def _share(answers: NDArray[np.int64], graph: Graph, known: NDArray[np.int64]) -> float:
    """Of the nodes whose labels were not given, the share that is right."""
    unknown = np.setdiff1d(np.arange(len(graph)), known)
    return float(np.mean(answers[unknown] == graph.labels[unknown]))


def draw_known(labels: ArrayLike, per_class: int, seed: int = 0) -> NDArray[np.int64]:
    """Choose as many nodes of each class, at random, whose labels will be known.

    Parameters
    ----------
    labels : int array, shape (V,)
    per_class : int
        At most what the rarest class has.
    seed : int

    Returns
    -------
    int64 array, shape (classes per_class,)
        In order.

    Raises
    ------
    ArgumentError
        If a class has fewer nodes.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 1, 1])
    >>> labels[draw_known(labels, per_class=2)]
    array([0, 0, 1, 1])
    """
    labels = np.asarray(labels)
    rarest = np.bincount(labels).min()
    if not 1 <= per_class <= rarest:
        raise ArgumentError("per_class", f"1 to {rarest}, the rarest", per_class)
    rng = np.random.default_rng(seed)
    chosen = [
        rng.choice(np.flatnonzero(labels == label), per_class, replace=False)
        for label in range(labels.max() + 1)
    ]
    return np.sort(np.concatenate(chosen))


def spread_labels(graph: Graph, known: ArrayLike, share: float = 0.5) -> NDArray[np.float64]:
    """Let the known labels flow along the edges: a way without any features or weights.

    Parameters
    ----------
    graph : Graph
        Only its edges are used, and the labels of the known nodes.
    known : int array
        Nodes.
    share : float
        Of what a node has, how much it takes from its neighbours; from 0 to below 1.

    Returns
    -------
    float64 array, shape (V, classes)
        F = (I - a S)^(-1) Y with S = D^(-1/2) A D^(-1/2); the largest of a row is the answer.
        Zeros where no known node can be reached.

    Raises
    ------
    ArgumentError
        If `share` is out of range.

    References
    ----------
    Zhou, Bousquet, Lal, Weston and Schölkopf, "Learning with local and global consistency",
    NeurIPS 2003.

    Examples
    --------
    >>> path = Graph("path", np.array([[0, 1], [1, 2], [2, 3]]), np.array([0, 0, 1, 1]), ("a", "b"))
    >>> spread_labels(path, known=[0, 3]).argmax(1)
    array([0, 0, 1, 1])
    """
    if not 0 <= share < 1:
        raise ArgumentError("share", "from 0 to below 1", share)
    known = np.asarray(known)
    adjacency = np.zeros((len(graph), len(graph)))
    adjacency[tuple(graph.edges.T)] = 1
    adjacency += adjacency.T
    scale = np.sqrt(np.maximum(graph.degrees(), 1))
    start = np.zeros((len(graph), len(graph.classes)))
    start[known, graph.labels[known]] = 1
    return np.linalg.solve(np.eye(len(graph)) - share * adjacency / np.outer(scale, scale), start)


def _club(plan: Plan) -> tuple[tuple[Measured, ...], dict[str, list[float]], Picture]:
    """Find the factions of the karate club from its two leaders."""
    club, known = karate_club(), np.array(LEADERS)
    nothing_known = np.eye(len(club), dtype=np.float32)
    answers, losses = _train(club, nothing_known, known, plan, "karate club")
    right = _share(answers.argmax(1), club, known)
    spread = _share(spread_labels(club, known).argmax(1), club, known)
    friends = club.degrees()[:, None]
    regression = LogisticRegression().fit(friends[known], club.labels[known])
    by_count = _share(regression.predict(friends), club, known)
    task = "accuracy of the karate club from its two leaders"
    measured = (
        Measured(task, right, "logistic regression on the number of friends", by_count, unit="%"),
        Measured(task, right, "labels spread along edges", spread, unit="%"),
    )
    return measured, {"karate club": losses}, _draw_club(club, answers[:, 1], right)


def lay_out(edges: ArrayLike, nodes: int, seed: int = 0) -> NDArray[np.float64]:
    """Find places in the plane for the nodes of a connected graph: springs and repulsion.

    Parameters
    ----------
    edges : int array, shape (E, 2)
    nodes : int
    seed : int

    Returns
    -------
    float64 array, shape (V, 2)
        With mean 0.

    References
    ----------
    Fruchterman and Reingold, "Graph drawing by force-directed placement", Software: Practice and
    Experience 21(11), 1991.

    Examples
    --------
    >>> places = lay_out([[0, 1], [1, 2]], nodes=3)
    >>> ends = np.linalg.norm(places[0] - places[2])
    >>> bool(ends > np.linalg.norm(places[0] - places[1]))
    True
    """
    a, b = np.asarray(edges).T
    places = np.random.default_rng(seed).normal(size=(nodes, 2))
    ideal = 1 / np.sqrt(nodes)
    for heat in np.linspace(0.3, 0.003, 300):
        apart = places[:, None] - places
        distance = np.linalg.norm(apart, axis=2) + np.eye(nodes)
        force = (apart * (ideal / distance)[..., None] ** 2).sum(1)
        pull = (places[a] - places[b]) * np.linalg.norm(places[a] - places[b], axis=1)[:, None]
        np.add.at(force, a, -pull / ideal)
        np.add.at(force, b, pull / ideal)
        length = np.linalg.norm(force, axis=1, keepdims=True)
        places += force / np.maximum(length, 1e-9) * np.minimum(length, heat)
    return places - places.mean(0)


def _draw_club(club: Graph, officer: NDArray[np.float64], right: float) -> Picture:
    figure = new_figure(height=4.2)
    axes = figure.subplots()
    x, y = lay_out(club.edges, len(club), seed=1).T
    for edge in club.edges:
        axes.plot(x[edge], y[edge], color="0.8", linewidth=0.7, zorder=1)
    for label, marker in enumerate("os"):
        chosen = club.labels == label
        shown = axes.scatter(
            x[chosen], y[chosen], c=officer[chosen], cmap=SIGNED, vmin=0, vmax=1, marker=marker,
            s=150, edgecolors="black", zorder=2,
            linewidths=[2.5 if node in LEADERS else 0.6 for node in np.flatnonzero(chosen)],
        )  # fmt: skip
        axes.scatter([], [], marker=marker, s=80, color="white", edgecolors="black",
                     label=f"went with the {club.classes[label]}")  # fmt: skip
    for node in range(len(club)):
        dark = abs(officer[node] - 0.5) > 0.3
        axes.text(x[node], y[node], str(node + 1), ha="center", va="center", fontsize=6.5,
                  color="white" if dark else "black")  # fmt: skip
    axes.set_axis_off()
    figure.colorbar(shown, ax=axes, shrink=0.6, label="probability of the officer's side")
    axes.legend(frameon=False, fontsize=8, loc="lower left")
    wrong = np.flatnonzero((officer > 0.5) != club.labels) + 1
    names = f"wrong: member {', '.join(map(str, wrong))}" if len(wrong) else "none wrong"
    return Picture(figure, (
        "The 34 members of the karate club as a graph of their 78 friendships, in colour what a "
        "graph convolution answers that was told of the two leaders alone (thick outlines), "
        f"in shape the side they took. {100 * right:.0f} % are right, {names}."
    ))  # fmt: skip


def _draw_shares(shares: dict[str, dict[int, float]]) -> Picture:
    figure = new_figure(height=3.4)
    axes = figure.subplots()
    for (name, seen), style in zip(shares.items(), ("o-", "s--", "^:"), strict=True):
        axes.plot(list(seen), [100 * share for share in seen.values()], style, label=name)
    counts = list(shares[GRAPH])
    axes.set(xlabel="labels per part of the library", ylabel="right / %", ylim=(0, 100))
    axes.set_xticks(counts)
    axes.legend(frameon=False)
    words = "; ".join(
        f"{name} {100 * seen[counts[0]]:.0f} to {100 * seen[counts[-1]]:.0f} %"
        for name, seen in shares.items()
    )
    return Picture(figure, (
        "Share of SciPy's functions that are sorted into the right part of the library, against "
        f"the number of labels, from {counts[0]} to {counts[-1]} per part: {words}."
    ))  # fmt: skip
