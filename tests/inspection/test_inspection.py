"""Seeing inside: on networks whose answers can be worked out by hand."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.inspection import (
    activation_maximisation,
    energy_inside,
    feature_maps,
    fgsm,
    first_filters,
    grad_cam,
    occlusion_map,
    points_inside,
    randomised,
    saliency,
    shift_consistency,
)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.5),
        nn.AvgPool2d(2), nn.Conv2d(4, 5, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(5, 3),
    )  # fmt: skip


@pytest.fixture
def x():
    return torch.rand(4, 2, 10, 14, generator=torch.Generator().manual_seed(1))


def linear(weight):
    """A network that weighs pixels: its scores can be worked out by hand."""
    weight = torch.as_tensor(weight, dtype=torch.float32)
    network = nn.Sequential(nn.Flatten(), nn.Linear(weight.shape[1], len(weight), bias=False))
    network[1].weight.data = weight
    return network


EVERY_LOOK = {
    "saliency": lambda model, x: saliency(model, x),
    "grad_cam": lambda model, x: grad_cam(model, x, "5"),
    "occlusion_map": lambda model, x: occlusion_map(model, x, size=4, stride=2),
    "feature_maps": lambda model, x: feature_maps(model, x, "2"),
    "fgsm": lambda model, x: fgsm(model, x, torch.tensor([0, 1, 2, 0]), 0.1),
    "activation_maximisation": lambda model, x: activation_maximisation(
        model, "5", [0, 1], (2, 8, 8), steps=3
    ),
}


@pytest.mark.parametrize("name", EVERY_LOOK)
def test_a_look_leaves_the_network_and_the_images_as_they_were(name, network, x):
    """Modes, weights, running statistics, gradients and hooks; and it is the same twice."""
    network.train()
    network[3].eval()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    images = x.clone()
    first, second = (EVERY_LOOK[name](network, x) for _ in range(2))
    assert torch.equal(first, second)
    assert not first.requires_grad
    assert [module.training for module in network][:4] == [True, True, True, False]
    assert torch.equal(x, images)
    assert not any(module._forward_hooks for module in network)
    for key, value in network.state_dict().items():
        assert torch.equal(value, before[key]), key
    assert all(weight.grad is None for weight in network.parameters())


@pytest.mark.parametrize("name", ["saliency", "grad_cam", "occlusion_map"])
def test_every_explanation_has_a_number_for_each_pixel(name, network, x):
    assert EVERY_LOOK[name](network, x).shape == (4, 10, 14)


def test_first_filters_are_a_copy_of_the_first_convolution(network):
    filters = first_filters(network)
    assert torch.equal(filters, network[0].weight)
    filters += 1
    assert not torch.equal(filters, network[0].weight)
    with pytest.raises(ArgumentError, match="model: expected a network with a 2D convolution"):
        first_filters(nn.Linear(2, 2))


def test_feature_maps_are_what_the_layer_gives(network, x):
    network.eval()
    assert torch.equal(feature_maps(network, x, network[2]), network[:3](x))
    # the ReLU's neighbour may write into its output afterwards
    changed = nn.Sequential(network[0], nn.ReLU(inplace=True))
    assert feature_maps(changed, x, "1").min() == 0


def test_saliency_is_the_gradient_by_differences(network, x):
    network.double().eval()
    x = x.double()
    targets = torch.tensor([2, 0, 1, 2])
    maps = saliency(network, x, targets)
    step = torch.zeros_like(x)
    for row, column in ((0, 0), (5, 7)):
        slopes = []
        for channel in range(2):
            step.zero_()[:, channel, row, column] = 1e-6
            rise = network(x + step) - network(x - step)
            slopes.append(rise.gather(1, targets[:, None])[:, 0].abs() / 2e-6)
        torch.testing.assert_close(
            maps[:, row, column], torch.stack(slopes).amax(0), rtol=1e-5, atol=1e-9
        )


def test_without_a_target_the_class_that_scores_highest_is_explained(network, x):
    network.eval()
    best = network(x).argmax(dim=1)
    for look in (
        saliency, occlusion_map, lambda model, x, *targets: grad_cam(model, x, "5", *targets)
    ):  # fmt: skip
        assert torch.equal(look(network, x), look(network, x, best))


def test_grad_cam_is_the_class_activation_map_where_a_mean_and_a_dense_layer_follow(network, x):
    """Selvaraju and others, Section 3.1: then it is CAM, but for the number of pixels."""
    network.eval()
    targets = torch.tensor([1, 1, 0, 2])
    maps = feature_maps(network, x, "5")
    cam = torch.einsum("nc,nchw->nhw", network[8].weight[targets], maps).relu() / maps[0, 0].numel()
    enlarged = functional.interpolate(cam[:, None], x.shape[2:], mode="bilinear")[:, 0]
    torch.testing.assert_close(grad_cam(network, x, "5", targets), enlarged.detach())


def test_occlusion_costs_what_the_covered_pixels_gave():
    """Two classes, of which one has the score x[0, 0] and the other 0: a logistic function."""
    weight = torch.zeros(2, 16)
    weight[0, 0] = 1
    x = torch.zeros(1, 1, 4, 4)
    x[0, 0, 0, 0] = 2
    found = occlusion_map(linear(weight), x, torch.tensor([0]), size=2, stride=2, value=0.0)
    fall = float(torch.sigmoid(torch.tensor(2.0))) - 0.5
    expected = torch.zeros(1, 4, 4)
    expected[0, :2, :2] = fall
    torch.testing.assert_close(found, expected)


def test_squares_that_do_not_divide_the_image_still_cover_it(network, x):
    assert torch.isfinite(occlusion_map(network, x, size=4, stride=3)).all()


def test_fgsm_lowers_a_linear_score_by_eps_times_the_sum_of_weights():
    weight = torch.tensor([[1.0, -2.0, 0.5, 3.0], [0.0, 0.0, 0.0, 0.0]])
    x, model = torch.full((1, 1, 2, 2), 0.5), linear(weight)
    moved = fgsm(model, x, torch.tensor([0]), eps=0.1)
    fall = (model(x) - model(moved))[0, 0]
    assert fall.item() == pytest.approx(0.1 * 6.5, rel=1e-5)
    assert (moved - x).abs().max().item() == pytest.approx(0.1)


def test_fgsm_stays_within_the_range_of_images(network, x):
    moved = fgsm(network, x, torch.tensor([0, 1, 2, 0]), eps=0.7)
    assert 0 <= moved.min() <= moved.max() <= 1
    assert torch.equal(fgsm(network, x, torch.tensor([0, 1, 2, 0]), eps=0.0), x)


def test_each_picture_is_made_for_its_channel():
    """Where a layer is a pixel's own weights, the picture turns black or white with their sign."""
    layer = nn.Conv2d(1, 2, 1)
    layer.weight.data = torch.tensor([3.0, -3.0]).view(2, 1, 1, 1)
    model = nn.Sequential(layer)
    pictures = activation_maximisation(model, layer, [0, 1], (1, 6, 6), steps=60, lr=0.1)
    assert pictures[0].min() > 0.9
    assert pictures[1].max() < 0.1
    gray = activation_maximisation(model, layer, [0], (1, 6, 6), 60, weight_decay=1e4)
    assert (gray - 0.5).abs().max() < 0.1


def test_shifts_matter_to_a_network_that_looks_at_one_pixel():
    weight = torch.zeros(2, 16)
    weight[0, 0] = 1
    stripes = torch.ones(8, 1, 9, 9) * (-1.0) ** torch.arange(9)
    found = shift_consistency(linear(weight), stripes, size=4, pairs=100)
    assert found == pytest.approx(0.5, abs=0.06)
    assert shift_consistency(linear(weight), torch.ones(8, 1, 9, 9), size=4) == 1


def test_the_pointing_game_by_hand():
    maps = torch.zeros(3, 4, 6)
    maps[0, 1, 2] = maps[1, 3, 5] = 1  # the third is flat: it points to the middle, (3, 2)
    boxes = torch.tensor([[2.0, 1, 3, 2], [0, 0, 5, 3], [2, 1, 4, 3]])
    assert points_inside(maps, boxes) == pytest.approx(2 / 3)


def test_energy_counts_what_is_above_zero_and_an_empty_map_nothing():
    maps = torch.ones(2, 4, 4)
    maps[0, 0] = -9
    maps[1] = 0
    boxes = torch.tensor([[0.0, 0, 2, 4], [0, 0, 4, 4]])
    assert energy_inside(maps, boxes) == pytest.approx(0.25)


def test_a_randomised_network_is_another_and_the_same_seed_the_same(network):
    state = torch.get_rng_state()
    first, second, other = (randomised(network, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    for old, new, again, third in zip(
        *(model.parameters() for model in (network, first, second, other)), strict=True
    ):
        assert torch.equal(new, again)
        if new.ndim > 1:
            assert not torch.equal(new, old)
            assert not torch.equal(new, third)
    odd = nn.Sequential(network)
    odd.scale = nn.Parameter(torch.ones(1))
    with pytest.raises(ArgumentError, match="model: expected layers that can be drawn anew"):
        randomised(odd)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m, x: saliency(m, x[0]), ShapeError, "x: expected images of shape"),
        (lambda m, x: saliency(m, x, torch.zeros(3).long()), ShapeError, "targets: expected one f"),
        (lambda m, x: saliency(m, x, torch.full((4,), 3)), ArgumentError, "targets: expected 0 to"),
        (lambda m, x: grad_cam(m, x, "99"), ArgumentError, "layer: expected one of 0, 1, 2"),
        (lambda m, x: grad_cam(m, x, nn.ReLU()), ArgumentError, "layer: expected a layer of the"),
        (lambda m, x: grad_cam(m, x, "8"), ShapeError, r"layer: expected one that gives maps"),
        (lambda m, x: occlusion_map(m, x, size=11), ArgumentError, "size: expected 1 to 10 pixels"),
        (lambda m, x: occlusion_map(m, x, stride=9), ArgumentError, "stride: expected 1 to 8"),
        (lambda m, x: fgsm(m, x, torch.zeros(4).long(), -1), ArgumentError, "eps: expected at"),
        (lambda m, x: fgsm(m, 2 * x, torch.zeros(4).long(), 1), ArgumentError, "from 0 to 1"),
        (lambda m, x: activation_maximisation(m, "5", [9], (2, 8, 8)), ArgumentError,
         "channels: expected 0 to 4"),
        (lambda m, x: activation_maximisation(m, "5", [], (2, 8, 8)), ShapeError, "shape: exp"),
        (lambda m, x: activation_maximisation(m, "5", [0], (2, 8, 8), 0), ArgumentError, "steps"),
        (lambda m, x: shift_consistency(m, x, 15), ArgumentError, "size: expected less than"),
        (lambda m, x: shift_consistency(m, x, 8, pairs=0), ArgumentError, "pairs: expected at le"),
        (lambda m, x: points_inside(x, x), ShapeError, r"maps: expected \(N, H, W\)"),
        (lambda m, x: energy_inside(x[0], x[0]), ShapeError, r"boxes: expected \(2, 4\)"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, error, message, network, x):
    with pytest.raises(error, match=message):
        call(network, x)
