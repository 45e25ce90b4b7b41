"""The experiments' machinery, at the smallest size, and the claims that hold even there."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from cnncourse.data import few, load
from cnncourse.errors import ArgumentError
from cnncourse.training import Machine, Optimisation, TrainConfig
from cnncourse.training.experiments import (
    Comparison,
    _epochs,
    add_noise,
    batch_norm,
    by_parameters,
    by_spoiling,
    by_training_size,
    degradation,
    displace,
    field_sizes,
    gradient_map,
    kernel_sizes,
    of_shots,
    plot_comparison,
    plot_parameters,
    receptive_fields,
    small_network,
    sweep,
    transfer_by_depth,
    wander,
)
from cnncourse.training.transfer import Shots

CONFIG = TrainConfig(2, 32, optimisation=Optimisation(lr=0.01), machine=Machine("cpu", "float32"))


@pytest.fixture(scope="module")
def little():
    return few(load("digits"), 20), few(load("digits", "test"), 20)


def test_each_number_stands_in_its_place():
    table = sweep((1, 2), ("a", "b"), (5, 6, 7), lambda name, x, seed: 100 * (name == "b")
                  + 10 * x + seed)
    assert table["a"].tolist() == [[15, 16, 17], [25, 26, 27]]
    assert table["b"].tolist() == [[115, 116, 117], [125, 126, 127]]


def test_seeds_are_set_before_each_measurement():
    table = sweep((1, 2), ("a",), (5, 6), lambda *_: torch.rand(()).item())["a"]
    assert table[0].tolist() == table[1].tolist()
    assert table[0, 0] != table[0, 1]


def test_a_figure_with_error_bars():
    values = np.array([[0.1, 0.3], [0.5, 0.5]])
    comparison = Comparison("q?", "depth / layers", "accuracy", (20, 56), {"plain": values})
    for log_x in (False, True):
        (axes,) = plot_comparison(comparison, log_x).axes
        (container,) = axes.containers
        assert container.has_yerr
        assert axes.get_title() == "q?"
    assert comparison.rows()[1] == ("plain", 56, 0.5, 0.0)


def test_deep_plain_networks_learn_worse_and_residual_ones_do_not(little):
    """A chain of layers too narrow and deep to pass a signal, with shortcuts and without."""

    class Block(nn.Module):
        def __init__(self, residual):
            super().__init__()
            self.conv, self.residual = nn.Conv2d(8, 8, 3, padding=1), residual

        def forward(self, x):
            change = torch.relu(self.conv(x))
            return x + 0.2 * change if self.residual else change

    def build(kind, depth):
        blocks = [Block(kind == "residual") for _ in range(depth)]
        return nn.Sequential(nn.Conv2d(1, 8, 3), *blocks, nn.Flatten(), nn.Linear(288, 10))

    found = degradation(build, little[0], TrainConfig(
        12, 32, optimisation=Optimisation(lr=3e-3), machine=CONFIG.machine
    ), depths=(1, 24), seeds=(0,))
    plain, residual = found.series["plain"][:, 0], found.series["residual"][:, 0]
    assert plain[0] > 0.8
    assert plain[1] < 0.5
    assert residual.min() > 0.8


def test_batch_norm_lets_a_deep_network_learn(little):
    config = TrainConfig(8, 32, machine=CONFIG.machine)
    found = batch_norm(*little, config, rates=(0.1,), seeds=(0,))
    assert found.series["batch norm"][0, 0] > found.series["none"][0, 0] + 0.3


def test_kernel_sizes_see_as_much_with_fewer_weights(little):
    fields, weights = [], []
    for size, count in ((3, 2), (5, 1)):
        model = small_network(size, count, False, 16, 10, stages=1)
        fields.append(field_sizes(gradient_map(model[:-3], (16, 11, 11)))[0])
        weights.append(sum(p.numel() for p in model[:-3].parameters() if p.ndim == 4))
    assert fields == [5, 5]
    assert weights == [2 * 9 * 16 * 16, 25 * 16 * 16]
    found = kernel_sizes(*little, CONFIG, per_class=(5, 20), seeds=(0,))
    assert {name: table.shape for name, table in found.series.items()} == {
        "two 3 × 3": (2, 1), "one 5 × 5": (2, 1),
    }


def test_more_images_help_whatever_the_network(little):
    builders = {"dense": lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 10))}
    config = TrainConfig(10, 32, optimisation=Optimisation(lr=0.05), machine=CONFIG.machine)
    found = by_training_size(builders, *little, config, (1, 20), seeds=(0, 1))
    assert found.series["dense"][1].mean() > found.series["dense"][0].mean() + 0.1
    ((name, parameters, accuracies),) = by_parameters(builders, *little, config, seeds=(0,))
    assert (name, parameters, accuracies.shape) == ("dense", 650, (1,))


@pytest.mark.parametrize(("some", "epochs"), [(1000, 10), (100, 100), (20, 100), (150, 100)])
def test_parts_of_a_set_get_as_many_steps(some, epochs):
    assert _epochs(TrainConfig(10, 100), 1000, some) == epochs


def test_transfer_by_depth_counts_stages(little):
    build = lambda classes: (  # noqa: E731
        nn.Sequential(nn.Conv2d(1, 8, 3), nn.Sequential(nn.ReLU(), nn.Conv2d(8, 8, 3))),
        nn.Sequential(nn.Flatten(), nn.Linear(128, classes)),
    )
    pretrained = build(10)[0]
    before = pretrained[0].weight.detach().clone()
    found = transfer_by_depth(build, pretrained, *little, CONFIG, seeds=(0,))
    assert found.x == (0, 1, 2)
    assert found.series["frozen"][0] == found.series["fine-tuned"][0]
    assert torch.equal(pretrained[0].weight, before)


def test_fields_by_hand():
    features = nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.Conv2d(1, 1, 3, padding=1))
    for layer in features:
        nn.init.ones_(layer.weight)
    gradient = gradient_map(features, (1, 9, 9), samples=2)
    bell = np.array([1, 2, 3, 2, 1])
    assert np.allclose(gradient[2:7, 2:7], np.outer(bell, bell))
    assert field_sizes(gradient)[0] == 5
    with pytest.raises(ArgumentError, match="features: expected a network that ends in maps"):
        gradient_map(nn.Flatten(), (1, 4, 4))


def test_the_effective_field_falls_behind_the_theoretical():
    found = receptive_fields(depths=(2, 8), seeds=(0, 1))
    assert found.series["theoretical"].tolist() == [[5, 5], [17, 17]]
    share = found.series["effective"].mean(axis=1) / (5, 17)
    assert share[1] < share[0]


def test_shots_can_be_plotted():
    shots = Shots((1, 10), {"scratch": np.zeros((2, 3))})
    assert plot_comparison(of_shots(shots), log_x=True).axes[0].get_xlabel().startswith("labelled")


def test_a_point_for_each_network():
    found = [("small", 650, np.array([0.4, 0.6])), ("large", 65_000, np.array([0.8, 0.9]))]
    (axes,) = plot_parameters(found).axes
    assert [bar.get_label() for bar in axes.containers] == ["small", "large"]
    assert all(bar.has_yerr for bar in axes.containers)
    assert axes.get_xscale() == "log"


def test_displaced_pixels_leave_their_places_in_all_images_alike():
    data = few(load("digits"), 1)
    moved = displace(data, 0.25)
    before, after = (x.images.reshape(len(data), -1) for x in (data, moved))
    # a picture in which each pixel is its own number shows where they went
    numbers = replace(data.take([0]), images=np.arange(64.0).reshape(1, 1, 8, 8))
    order = displace(numbers, 0.25).images.ravel().astype(int)
    assert (order != np.arange(64)).sum() == 16
    assert np.array_equal(after, before[:, order])


def test_wandering_digits_are_whole_wherever_they_lie():
    data = few(load("digits"), 2)
    moved = wander(data, room=3, seed=1).images
    assert moved.shape == (20, 1, 14, 14)
    ink, whole = (np.sort(x.reshape(20, -1))[:, -64:] for x in (moved, data.images))
    assert np.array_equal(ink, whole)
    assert len({tuple(np.argwhere(image[0]).min(0)) for image in moved}) > 5


def test_a_share_or_a_deviation_out_of_range_is_named():
    data = few(load("digits"), 1)
    with pytest.raises(ArgumentError, match=r"share: expected from 0 to 1, got 1\.5"):
        displace(data, 1.5)
    with pytest.raises(ArgumentError, match="room: expected at least 0, got -1"):
        wander(data, -1)
    with pytest.raises(ArgumentError, match="deviation: expected at least 0, got -1"):
        add_noise(data, -1)


def test_what_is_spoiled_is_learned_worse(little):
    """Training images whose labels no longer fit teach nothing about the test images."""
    train, test = little

    def parts(name, share):
        wrong = (train.labels + (share > 0)) % 10
        return replace(train, labels=wrong), test

    found = by_spoiling(
        {"dense": lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 10))}, parts, (0, 1),
        replace(CONFIG, epochs=10), ("q?", "x"), seeds=(0,),
    )
    assert found.x == (0, 1)
    assert found.series["dense"][0, 0] > 0.5 > 0.2 > found.series["dense"][1, 0]
