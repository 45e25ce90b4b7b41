"""PointNet: no order of the points changes anything, and few points decide."""

import pytest
import torch
from torch.nn import functional

from cnncourse.data import solids
from cnncourse.errors import ShapeError
from cnncourse.models import count_parameters
from cnncourse.models.pointnet import PointNet


@pytest.fixture(scope="module")
def network():
    """With the statistics of real clouds, so that features are in use."""
    torch.manual_seed(0)
    made = PointNet(6)
    made(torch.from_numpy(solids(60, points=100).images))
    return made.eval()


@pytest.fixture(scope="module")
def clouds():
    return torch.from_numpy(solids(12, points=100, seed=1).images)


def test_every_order_gives_exactly_the_same_scores(network, clouds):
    expected = network(clouds)
    assert expected.std(0).min() > 0
    for seed in range(20):
        order = torch.randperm(100, generator=torch.Generator().manual_seed(seed))
        assert torch.equal(network(clouds[:, :, order]), expected)


def test_a_point_twice_counts_once(network, clouds):
    twice = torch.cat([clouds, clouds[:, :, :30]], dim=2)
    assert torch.equal(network(twice), network(clouds))


def test_the_critical_points_alone_give_exactly_the_same_scores(network, clouds):
    decides = network.critical_points(clouds)
    assert decides.shape == (12, 100)
    assert (decides.sum(1) < 100).all()
    for cloud, keep in zip(clouds, decides, strict=True):
        few = network(cloud[None][:, :, keep])
        assert torch.equal(few, network(cloud[None]))


def test_without_one_that_decides_the_description_changes(network, clouds):
    cloud = clouds[:1]
    first = int(network.critical_points(cloud)[0].nonzero()[0])
    rest = torch.arange(100) != first
    whole, less = (network.describe(c).amax(2) for c in (cloud, cloud[:, :, rest]))
    assert (less < whole).any()


def test_shared_layers_are_dense_layers_on_each_point(network, clouds):
    first = network.features.layer1
    for p in (0, 57):
        expected = functional.linear(clouds[:, :, p], first.conv.weight[:, :, 0])
        torch.testing.assert_close(first.conv(clouds)[:, :, p], expected)


def test_parameters_in_closed_form_and_a_gradient_at_each():
    torch.manual_seed(0)
    network = PointNet(5, in_channels=2, widths=(8, 16))
    shared = 2 * 8 + 2 * 8 + 8 * 16 + 2 * 16
    assert count_parameters(network) == shared + (16 * 8 + 8) + (8 * 5 + 5)
    scores = network(torch.randn(4, 2, 9))
    functional.cross_entropy(scores, torch.tensor([0, 1, 2, 4])).backward()
    assert all(weight.grad.any() for weight in network.parameters())


@pytest.mark.parametrize("shape", [(1, 2, 5), (3, 5), (1, 3, 0)])
def test_what_is_no_cloud_is_refused(network, shape):
    with pytest.raises(ShapeError, match=r"x: expected clouds of shape \(N, 3, P\)"):
        network(torch.zeros(shape))
