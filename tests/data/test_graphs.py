"""Graphs: the club is the published one, and the documentation is read right."""

import networkx as nx
import numpy as np
import pytest
import scipy.signal

from cnncourse.data import graphs
from cnncourse.data.graphs import Graph, karate_club, see_also
from cnncourse.errors import ArgumentError, SetupError, ShapeError


def test_the_club_is_the_one_that_networkx_carries():
    published, club = nx.karate_club_graph(), karate_club()
    assert {tuple(sorted(edge)) for edge in published.edges} == set(map(tuple, club.edges.tolist()))
    sides = [published.nodes[node]["club"] == "Officer" for node in range(34)]
    assert sides == club.labels.tolist()
    assert club.degrees().tolist() == [degree for _, degree in published.degree]


def test_functions_are_joined_to_those_they_name():
    graph = see_also()
    assert (graph.edges[:, 0] < graph.edges[:, 1]).all()
    assert len({tuple(edge) for edge in graph.edges.tolist()}) == len(graph.edges)
    assert graph.degrees().min() >= 1
    assert np.bincount(graph.labels).min() > 15
    same = graph.labels[graph.edges[:, 0]] == graph.labels[graph.edges[:, 1]]
    assert same.mean() > 0.9  # most neighbours are from one part, but not all
    assert not same.all()


def test_a_known_function_has_the_neighbours_that_its_documentation_names():
    found = graphs._functions()
    places = {(function.section, function.name): i for i, function in enumerate(found)}
    joined = set(graphs._mentions(found))
    text = scipy.signal.firwin.__doc__.split("See Also")[1]
    named = [name for name in ("firwin2", "firls", "minimum_phase", "remez") if name in text]
    assert len(named) > 2
    for name in named:
        edge = sorted((places["signal", "firwin"], places["signal", name]))
        assert tuple(edge) in joined


def test_names_at_the_margin_are_read_and_texts_lose_what_tells():
    text = (
        "Filter scipy.signal style, e.g. well.\n\nSee Also\n--------\nfirst, scipy.fft.second\n"
        ":func:`third` : of course\n    not this one\nfourth\n\nNotes\n-----\nOf other.module.\n\n"
        "Parameters\n----------\nx : array"
    )
    assert list(graphs._named_in(text)) == ["first", "scipy.fft.second", "third", "fourth"]
    words = graphs._own_words(text).split()
    assert words[:2] == ["Filter", "style,"]
    assert not {"first", "third", "array", "other.module."} & set(words)


def test_a_name_with_its_part_is_found_there_and_a_bare_one_at_home():
    functions = [
        graphs._Function("fft", "shift", "See Also\n--------\nsignal.find, other\n"),
        graphs._Function("signal", "find", "-"),
        graphs._Function("fft", "find", "-"),
        graphs._Function("signal", "other", "See Also\n--------\nfind, other, nowhere\n"),
    ]
    assert sorted(set(graphs._mentions(functions))) == [(0, 1), (0, 3), (1, 3)]


def test_without_scipy_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr("cnncourse.data.embedded.find_spec", lambda name: None)
    with pytest.raises(SetupError, match="scipy is not installed"):
        list(graphs._read())


def test_what_leads_nowhere_is_refused():
    one = np.array([0]), ("a",)
    with pytest.raises(ShapeError, match="edges"):
        Graph("g", np.array([0, 1]), *one)
    with pytest.raises(ArgumentError, match="edges: expected nodes from 0 to 0"):
        Graph("g", np.array([[0, 1]]), *one)
    with pytest.raises(ArgumentError, match="labels"):
        Graph("g", np.zeros((0, 2), int), np.array([1]), ("a",))
    with pytest.raises(ShapeError, match="texts: expected one for each of 1"):
        Graph("g", np.zeros((0, 2), int), *one, ("a", "b"))
