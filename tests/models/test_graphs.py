"""Graph convolution: what it shares with convolution, exactly."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models import count_parameters
from cnncourse.models.graphs import (
    GCN,
    Edges,
    conv2d_as_messages,
    grid_edges,
    propagation,
    send_messages,
)

PATH = torch.tensor([[0, 1], [1, 2], [2, 3]])


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
@pytest.mark.parametrize(("height", "width"), [(6, 9), (1, 4), (5, 2)])
def test_a_convolution_is_messages_on_the_grid(kernel_size, height, width):
    """Whole numbers, so that sums in another order are exactly equal."""
    rng = torch.Generator().manual_seed(0)
    x = torch.randint(-9, 10, (3, height, width), generator=rng).float()
    weight = torch.randint(-9, 10, (4, 3, kernel_size, kernel_size), generator=rng).float()
    expected = functional.conv2d(x[None], weight, padding=kernel_size // 2)[0]
    assert torch.equal(conv2d_as_messages(x, weight), expected)


def test_both_learn_alike():
    torch.manual_seed(0)
    x, weight = torch.randn(2, 5, 6).double(), torch.randn(3, 2, 3, 3).double()
    gradients = []
    for conv in (conv2d_as_messages, lambda x, w: functional.conv2d(x[None], w, padding=1)[0]):
        inputs = [x.clone().requires_grad_(), weight.clone().requires_grad_()]
        (conv(*inputs) ** 2).sum().backward()
        gradients.append([tensor.grad for tensor in inputs])
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_a_pixel_has_as_many_edges_as_the_kernel_has_weights_inside():
    edges = grid_edges(4, 5, kernel_size=3)
    assert torch.bincount(edges.target).reshape(4, 5).tolist() == [
        [4, 6, 6, 6, 4], [6, 9, 9, 9, 6], [6, 9, 9, 9, 6], [4, 6, 6, 6, 4]
    ]  # fmt: skip
    middle = edges.target == 6  # row 1, column 1
    assert edges.source[middle].tolist() == [0, 1, 2, 5, 6, 7, 10, 11, 12]
    assert edges.kind[middle].tolist() == list(range(9))


def test_messages_by_hand():
    edges = Edges(torch.tensor([0, 2, 1]), torch.tensor([1, 1, 0]), torch.tensor([0, 1, 1]))
    x = torch.tensor([[1.0, 0], [0, 1], [2, 3]])
    weight = torch.tensor([[[1.0, 1]], [[10, 0]]])
    assert send_messages(x, edges, weight).tolist() == [[0], [21], [0]]


def test_propagation_is_the_formula_of_the_paper():
    adjacency = np.zeros((4, 4))
    adjacency[tuple(PATH.T.numpy())] = 1
    loops = adjacency + adjacency.T + np.eye(4)
    root = np.diag(loops.sum(1) ** -0.5)
    np.testing.assert_allclose(propagation(PATH, 4).to_dense(), root @ loops @ root, rtol=1e-6)


def test_gcn_is_messages_of_one_type_with_a_factor():
    torch.manual_seed(0)
    network, x, matrix = GCN(3, 2, hidden=5).eval(), torch.randn(4, 3), propagation(PATH, 4)
    both_ways = torch.cat([PATH, PATH.flip(1), torch.arange(4)[:, None].expand(4, 2)])
    edges = Edges(both_ways[:, 0], both_ways[:, 1], torch.zeros(10, dtype=torch.long))
    factor = matrix.to_dense().sum(1)  # of a node with all-ones neighbours, for the check below
    root = torch.tensor([2.0, 3, 3, 2]).sqrt()[:, None]

    def convolve(x, layer):
        return send_messages(x / root, edges, layer.weight[None]) / root

    expected = convolve(convolve(x, network.layer1).relu(), network.layer2)
    torch.testing.assert_close(network(x, matrix), expected)
    ones = send_messages(torch.ones(4, 1) / root, edges, torch.ones(1, 1, 1)) / root
    torch.testing.assert_close(ones[:, 0], factor)


def test_renaming_the_nodes_renames_the_scores():
    torch.manual_seed(0)
    network, x = GCN(3, 2).eval(), torch.randn(4, 3)
    order = torch.tensor([2, 0, 3, 1])  # new node i was order[i]
    new_name = order.argsort()
    renamed = network(x[order], propagation(new_name[PATH], 4))
    torch.testing.assert_close(renamed, network(x, propagation(PATH, 4))[order])


def test_two_layers_see_two_edges_far():
    torch.manual_seed(0)
    network, x = GCN(4, 2).eval(), torch.eye(4)
    x.requires_grad_()
    network(x, propagation(PATH, 4))[0].sum().backward()
    assert x.grad.abs().sum(1).ne(0).tolist() == [True, True, True, False]


def test_parameters_and_a_gradient_at_each():
    torch.manual_seed(0)
    network = GCN(7, 3)
    assert count_parameters(network) == 7 * 16 + 16 * 3
    scores = network(torch.rand(4, 7), propagation(PATH, 4))
    functional.cross_entropy(scores, torch.tensor([0, 1, 2, 0])).backward()
    assert all(weight.grad.any() for weight in network.parameters())


def test_bad_input_is_named():
    matrix = propagation(PATH, 4)
    with pytest.raises(ShapeError, match=r"x: expected features of shape \(V, 3\)"):
        GCN(3, 2)(torch.zeros(4, 5), matrix)
    with pytest.raises(ShapeError, match="propagation: expected"):
        GCN(3, 2)(torch.zeros(5, 3), matrix)
    with pytest.raises(ArgumentError, match="edges: expected nodes from 0 to 2"):
        propagation(PATH, 3)
    with pytest.raises(ShapeError, match="edges"):
        propagation(PATH[0], 4)
    with pytest.raises(ArgumentError, match="kernel_size: expected an odd"):
        grid_edges(3, 3, kernel_size=2)
    with pytest.raises(ArgumentError, match="height, width"):
        grid_edges(0, 3)
    with pytest.raises(ShapeError, match="weight: expected"):
        conv2d_as_messages(torch.zeros(2, 4, 4), torch.zeros(1, 3, 3, 3))
    with pytest.raises(ShapeError, match="x: expected features"):
        send_messages(torch.zeros(4, 5), grid_edges(2, 2), torch.zeros(9, 1, 4))
