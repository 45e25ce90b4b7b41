"""Few labels on two graphs, as a lab."""

import numpy as np
import pytest
from sklearn.semi_supervised import LabelSpreading

from cnncourse.data.graphs import Graph, karate_club
from cnncourse.errors import ArgumentError
from cnncourse.labs.graphs import draw_known, lay_out, spread_labels


def test_lab_graphs(prove_lab):
    report = prove_lab("graphs")
    functions = report.outcome.measured[:2]
    assert all(found.beats_baseline for found in functions)
    club = report.outcome.measured[2:]
    assert all(found.value >= found.baseline_value for found in club)


def test_labels_spread_as_in_scikit_learn():
    club, known = karate_club(), [0, 33]
    adjacency = np.zeros((34, 34))
    adjacency[tuple(club.edges.T)] = 1
    adjacency += adjacency.T
    told = np.full(34, -1)
    told[known] = club.labels[known]
    spreading = LabelSpreading(kernel=lambda a, b: adjacency, alpha=0.5, max_iter=1000, tol=1e-12)
    spreading.fit(np.arange(34)[:, None], told)
    ours = spread_labels(club, known, share=0.5)
    np.testing.assert_allclose(
        ours / ours.sum(1, keepdims=True), spreading.label_distributions_, atol=1e-9
    )


def test_where_no_label_reaches_there_is_none():
    apart = Graph("apart", np.array([[0, 1], [2, 3]]), np.array([0, 0, 1, 1]), ("a", "b"))
    spread = spread_labels(apart, [0])
    assert spread[1, 0] > 0
    assert not spread[2:].any()


def test_known_nodes_are_as_many_of_each_class():
    labels = np.array([0] * 9 + [1] * 4 + [2] * 30)
    known = draw_known(labels, 4, seed=1)
    assert np.bincount(labels[known]).tolist() == [4, 4, 4]
    assert len(set(known)) == 12
    assert np.array_equal(known, draw_known(labels, 4, seed=1))
    with pytest.raises(ArgumentError, match="per_class: expected 1 to 4"):
        draw_known(labels, 5)
    with pytest.raises(ArgumentError, match="share: expected"):
        spread_labels(karate_club(), [0], share=1)


def test_friends_are_drawn_nearer_than_strangers():
    club = karate_club()
    places = lay_out(club.edges, 34)
    distance = np.linalg.norm(places[:, None] - places, axis=2)
    friends = distance[tuple(club.edges.T)].mean()
    assert friends < 0.6 * distance[np.triu_indices(34, 1)].mean()
    assert np.abs(places.mean(0)).max() < 1e-12
    assert distance[np.triu_indices(34, 1)].min() > 0.02  # nobody hides another
