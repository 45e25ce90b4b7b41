"""What students write about points and graphs is what the package's models and data compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
import torch

from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.data import solids
from cnncourse.data.solids import knn_graph, rotation
from cnncourse.models.graphs import Edges, grid_edges, propagation, send_messages
from cnncourse.models.pointnet import PointNet


@pytest.fixture(scope="module")
def reference() -> dict[str, Callable]:
    """The reference answers, as functions."""
    names: dict[str, Callable] = {"np": np}  # type: ignore[dict-item]
    for name, answer in read_exercise(ROOT / "exercises/19_points_and_graphs").answers.items():
        if name != "explain_symmetry":
            exec(answer, names)
    return names


def test_the_same_points_are_critical_as_in_the_model(reference: Mapping[str, Callable]) -> None:
    torch.manual_seed(0)
    network, clouds = PointNet(4).eval(), torch.from_numpy(solids(2, 30).images)
    with torch.no_grad():
        features = network.describe(clouds).numpy()
    ours = [reference["critical_points"](cloud.T) for cloud in features]
    np.testing.assert_array_equal(ours, network.critical_points(clouds))


def test_points_are_turned_and_joined_as_in_the_data(reference: Mapping[str, Callable]) -> None:
    cloud = solids(1, 20).images[0].astype(float)
    turned = reference["tilt"](cloud.T, 35)
    np.testing.assert_allclose(turned.T, rotation("x", 35) @ cloud, atol=1e-12)
    joined = np.argwhere(np.triu(reference["knn_graph"](cloud.T, 3)))
    np.testing.assert_array_equal(joined, knn_graph(cloud.T, 3))


def test_messages_and_matrices_agree_with_the_models(reference: Mapping[str, Callable]) -> None:
    ours = reference["grid_edges"](4, 5)
    edges = grid_edges(4, 5)
    rows = zip(*(part.tolist() for part in edges), strict=True)
    assert set(map(tuple, ours.tolist())) == set(rows)
    x, weight = torch.randn(20, 2), torch.randn(9, 3, 2)
    heard = reference["send_messages"](x.numpy(), ours, weight.numpy())
    theirs = send_messages(x, Edges(*torch.from_numpy(ours).T), weight)
    np.testing.assert_allclose(heard, theirs, atol=1e-5)
    pairs = torch.tensor([[0, 1], [1, 2], [1, 3]])
    adjacency = np.zeros((4, 4))
    adjacency[tuple(pairs.T.numpy())] = 1
    matrix = reference["propagation"](adjacency + adjacency.T)
    np.testing.assert_allclose(matrix, propagation(pairs, 4).to_dense(), atol=1e-6)
