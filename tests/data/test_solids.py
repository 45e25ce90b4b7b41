"""Generated solids: the points lie where the formulas say, and evenly."""

import networkx as nx
import numpy as np
import pytest
from scipy.spatial import cKDTree

from cnncourse.data import solids
from cnncourse.data.solids import SOLIDS, TUBE, knn_graph, rotation
from cnncourse.errors import ArgumentError

IMPLICIT = {  # what is 0 on the surface of the solid before it is stretched
    "sphere": lambda x, y, z: np.sqrt(x**2 + y**2 + z**2) - 1,
    "cube": lambda x, y, z: np.max(np.abs([x, y, z]), axis=0) - 1,
    "cylinder": lambda x, y, z: np.maximum(np.hypot(x, y), np.abs(z)) - 1,
    "cone": lambda x, y, z: np.maximum(np.hypot(x, y) + z / 2 - 0.5, -1 - z),
    "pyramid": lambda x, y, z: np.maximum(np.max(np.abs([x, y]), axis=0) + z / 2 - 0.5, -1 - z),
    "torus": lambda x, y, z: np.hypot(np.hypot(x, y) - 1, z) - TUBE,
}
MEAN_HEIGHT = {  # by areas: a side's mean height is -1/3, since more of it is below
    "cone": -(np.sqrt(5) / 3 + 1) / (np.sqrt(5) + 1),
    "pyramid": -(np.sqrt(5) / 3 + 1) / (np.sqrt(5) + 1),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_points_lie_on_the_surface_evenly(name):
    cloud = SOLIDS[name](20_000, np.random.default_rng(0))
    assert np.abs(IMPLICIT[name](*cloud.T)).max() < 1e-12
    assert cloud.mean(0) == pytest.approx([0, 0, MEAN_HEIGHT.get(name, 0)], abs=0.02)


@pytest.mark.parametrize(
    ("name", "where", "share"),
    [
        ("cylinder", lambda p: np.abs(p[:, 2]) == 1, 1 / 3),
        ("cone", lambda p: p[:, 2] == -1, 1 / (1 + np.sqrt(5))),
        ("cube", lambda p: np.abs(p[:, 0]) == 1, 1 / 3),
        ("torus", lambda p: np.hypot(p[:, 0], p[:, 1]) > 1, 0.5 + TUBE / np.pi),
    ],
)
def test_every_part_has_points_by_its_area(name, where, share):
    cloud = SOLIDS[name](20_000, np.random.default_rng(1))
    assert where(cloud).mean() == pytest.approx(share, abs=0.015)


def test_one_size_and_balanced_classes():
    clouds = solids(12, points=50, noise=0)
    assert clouds.images.dtype == np.float32
    assert clouds.images.shape == (12, 3, 50)
    assert np.abs(clouds.images.mean(2)).max() < 1e-6
    assert np.linalg.norm(clouds.images, axis=1).max(1) == pytest.approx(np.ones(12))
    assert clouds.counts().tolist() == [2] * 6


def test_upright_keeps_heights_and_any_turn_keeps_distances():
    still, upright, turned = (
        solids(6, turned=turned, noise=0).images.astype(float)
        for turned in ("none", "upright", "any")
    )
    assert still[:, 2] == pytest.approx(upright[:, 2], abs=1e-6)
    assert not np.allclose(still[:, :2], upright[:, :2], atol=0.1)
    lengths = [np.linalg.norm(clouds, axis=1) for clouds in (still, turned)]
    assert lengths[0] == pytest.approx(lengths[1], abs=1e-6)
    for a, b in zip(still, turned, strict=True):  # a rotation, no mirror
        assert np.linalg.det(a[:, :3]) == pytest.approx(np.linalg.det(b[:, :3]), abs=1e-6)


def test_noise_has_its_size():
    clean, noisy = (solids(60, noise=noise).images for noise in (0, 0.05))
    assert (noisy - clean).std() == pytest.approx(0.05, rel=0.02)


def test_one_seed_one_set():
    few, more = solids(3, seed=1), solids(9, seed=1)
    assert np.array_equal(few.images, more.images[:3])
    assert not np.array_equal(few.images, solids(3, seed=2).images)
    assert solids(0).images.shape == (0, 3, 128)


@pytest.mark.parametrize("axis", "xyz")
def test_rotations_turn_the_next_axis_into_the_one_after(axis):
    kept = "xyz".index(axis)
    quarter = rotation(axis, 90)
    assert (quarter @ np.eye(3)[(kept + 1) % 3]).round(9).tolist() == np.eye(3)[
        (kept + 2) % 3
    ].tolist()
    assert rotation(axis, 30) @ rotation(axis, 60) == pytest.approx(quarter)


def test_nearest_neighbours_are_those_of_scipy():
    cloud = np.random.default_rng(0).normal(size=(40, 3))
    _, nearest = cKDTree(cloud).query(cloud, 5)
    expected = {tuple(sorted((i, int(j)))) for i, row in enumerate(nearest) for j in row[1:]}
    edges = knn_graph(cloud, 4)
    assert set(map(tuple, edges.tolist())) == expected
    assert len(edges) == len(expected)
    assert min(dict(nx.Graph(edges.tolist()).degree).values()) >= 4


@pytest.mark.parametrize(
    ("argument", "wrong"), [("points", 1), ("turned", "upside down"), ("noise", -0.1)]
)
def test_arguments_are_named(argument, wrong):
    with pytest.raises(ArgumentError, match=f"^{argument}: expected"):
        solids(1, **{argument: wrong})
    with pytest.raises(ArgumentError, match="axis: expected"):
        rotation("w", 0)
    with pytest.raises(ArgumentError, match="k: expected 1 to 1"):
        knn_graph(np.zeros((2, 3)), 2)
