"""The detector that looks once: its parts by hand, its loss, its gradients."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.metrics.boxes import encode
from cnncourse.metrics.detection import Objects
from cnncourse.models.detection import Grid, GridDetector, focal_loss
from cnncourse.shapes import conv_parameters

TRUE = [
    Objects([[9.0, 3, 29, 17], [40, 40, 60, 62]], [2, 0]),
    Objects([[0.0, 0, 12, 12]], [1]),
    Objects([], []),
]


@pytest.fixture
def network():
    torch.manual_seed(0)
    return GridDetector(num_classes=3, width=4)


@pytest.fixture(scope="module")
def images():
    return torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def test_focal_loss_by_hand():
    """p = 0.9 of the truth: 0.1 squared times the cross-entropy; the weights 1/4 and 3/4."""
    score = torch.tensor([math.log(9), -math.log(9)])
    got = focal_loss(score, torch.tensor([1.0, 0.0]))
    entropy = -math.log(0.9)
    assert got.tolist() == pytest.approx([0.25 * 0.01 * entropy, 0.75 * 0.01 * entropy], rel=1e-4)


def test_focal_loss_at_gamma_0_is_cross_entropy():
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(50, generator=generator)
    targets = (torch.rand(50, generator=generator) < 0.5).float()
    expected = functional.binary_cross_entropy_with_logits(scores, targets, reduction="none")
    torch.testing.assert_close(focal_loss(scores, targets, gamma=0, alpha=0.5), expected / 2)


def test_focal_loss_beside_torchvision():
    from cnncourse.compat import repair_torchvision

    repair_torchvision()
    from torchvision.ops import sigmoid_focal_loss

    scores = 4 * torch.randn(200, generator=torch.Generator().manual_seed(1))
    targets = (torch.arange(200) % 3 == 0).float()
    torch.testing.assert_close(
        focal_loss(scores, targets, 1.5, 0.3), sigmoid_focal_loss(scores, targets, 0.3, 1.5)
    )


def test_every_parameter_is_counted_and_trained(network, images):
    width, outputs = 4, 1 + 4 + 3
    channels = [3, width, 2 * width, 4 * width, 4 * width, 4 * width]
    expected = conv_parameters(4 * width, outputs, 1) + sum(
        conv_parameters(before, after, 3, bias=False) + 2 * after
        for before, after in pairwise(channels)
    )
    assert sum(parameter.numel() for parameter in network.parameters()) == expected
    network.loss(images, TRUE).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_the_cell_of_the_middle_is_responsible(network, images):
    image, cell, objects = network._responsible(images, TRUE)
    # middles (19, 10), (50, 51), (6, 6) in cells of 8 pixels, 8 in a row
    assert image.tolist() == [0, 0, 1]
    assert cell.tolist() == [1 * 8 + 2, 6 * 8 + 6, 0]
    assert objects.classes.tolist() == [2, 0, 1]


def test_an_untrained_network_sees_an_object_in_one_of_a_hundred_cells(network, images):
    seen = network.eval()(images).objectness.sigmoid()
    assert seen.mean().item() == pytest.approx(0.01, rel=0.3)


def say(network, images, true):
    """What a network would say that knows the truth."""
    image, cell, objects = network._responsible(images, true)
    objectness = torch.full((len(images), 64), -20.0)
    objectness[image, cell] = 20
    offsets = torch.zeros(len(images), 64, 4)
    offsets[image, cell] = torch.from_numpy(
        encode(objects.boxes, network.cells(images)[cell])
    ).float()
    classes = torch.zeros(len(images), 64, 3)
    classes[image, cell, objects.classes] = 40
    return Grid(objectness, offsets, classes)


def test_the_truth_costs_nothing_and_is_found(network, images, monkeypatch):
    monkeypatch.setattr(network, "forward", lambda images: say(network, images, TRUE))
    assert network.loss(images, TRUE).item() == pytest.approx(0, abs=1e-6)
    for found, true in zip(network.detect(images), TRUE, strict=True):
        order = np.argsort(found.classes), np.argsort(true.classes)
        assert found.classes[order[0]].tolist() == true.classes[order[1]].tolist()
        np.testing.assert_allclose(found.boxes[order[0]], true.boxes[order[1]], atol=1e-4)
        assert (found.scores > 0.99).all()


def test_of_doubles_the_best_stays_unless_all_are_asked_for(network, images, monkeypatch):
    said = say(network, images, TRUE)
    cell, neighbour = 10, 11
    said.objectness[0, neighbour] = 1
    said.offsets[0, neighbour] = torch.from_numpy(
        encode(TRUE[0].boxes[:1] + 1, network.cells(images)[[neighbour]])
    ).float()[0]
    said.classes[0, neighbour] = said.classes[0, cell]
    monkeypatch.setattr(network, "forward", lambda images: said)
    assert len(network.detect(images)[0]) == 2
    assert len(network.detect(images, threshold=1)[0]) == 3


def test_boxes_end_at_the_border(network, images):
    for found in network.detect(images, least=0.0, threshold=1):
        assert found.boxes.min() >= 0
        assert found.boxes.max() <= 64


def test_images_of_other_sizes(network):
    assert network(torch.zeros(1, 3, 32, 48)).objectness.shape == (1, 24)
    with pytest.raises(ShapeError, match="multiples of 8"):
        network(torch.zeros(1, 3, 32, 44))
    with pytest.raises(ShapeError, match="images: expected"):
        network(torch.zeros(1, 1, 32, 32))


def test_arguments_are_named():
    zero = torch.zeros(2)
    with pytest.raises(ShapeError, match="targets: expected shape"):
        focal_loss(zero, zero[:1])
    with pytest.raises(ArgumentError, match="gamma: expected at least 0"):
        focal_loss(zero, zero, gamma=-1)
    with pytest.raises(ArgumentError, match="alpha: expected a share"):
        focal_loss(zero, zero, alpha=2)
