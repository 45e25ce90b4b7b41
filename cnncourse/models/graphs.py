"""Convolution where there is no grid: messages along the edges of a graph.

An image is a graph too: each pixel is joined to those around it, and every edge is of a type, its
direction. A convolution sends each neighbour's channels along the edge, through a matrix that
belongs to the edge's type, and adds what arrives (`grid_edges`, `send_messages`: a 3 x 3 kernel is
nine matrices). What makes it a convolution is that all edges of a type share their matrix.

In a graph without directions there is but one type, so one matrix for all neighbours, and since
their number differs from node to node, a factor for each edge keeps sums from growing with it. That
is the graph convolution of Kipf and Welling, "Semi-supervised classification with graph
convolutional networks", ICLR 2017, arXiv:1609.02907. Edges of several types without a grid give
R-GCN (Schlichtkrull et al., arXiv:1703.06103); no edges at all and the greatest in place of the
sum, PointNet.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError


class Edges(NamedTuple):
    """Directed edges, each of a type.

    Parameters
    ----------
    source, target, kind : int64 tensor, shape (E,)
        Nodes where the edge begins and ends, and its type, all counted from 0.
    """

    source: Tensor
    target: Tensor
    kind: Tensor


def send_messages(x: Tensor, edges: Edges, weight: Tensor) -> Tensor:
    """Send each node's features along its edges, through the matrix of the edge's type, and add.

    Parameters
    ----------
    x : float tensor, shape (V, C_in)
    edges : Edges
    weight : float tensor, shape (types, C_out, C_in)

    Returns
    -------
    float tensor, shape (V, C_out)
        y_i = sum over edges e from j to i of weight[kind(e)] x_j

    Raises
    ------
    ShapeError
        If the matrices do not take the features.

    Examples
    --------
    Along the path 0 -> 1 -> 2, with a matrix that doubles:

    >>> path = Edges(torch.tensor([0, 1]), torch.tensor([1, 2]), torch.tensor([0, 0]))
    >>> send_messages(torch.tensor([[1.0], [10.0], [100.0]]), path, torch.full((1, 1, 1), 2.0))
    tensor([[ 0.],
            [ 2.],
            [20.]])
    """
    if x.ndim != 2 or weight.ndim != 3 or x.shape[1] != weight.shape[2]:
        expected = f"features of shape (V, C_in) for a weight {tuple(weight.shape)}"
        raise ShapeError("x", f"{expected} of (types, C_out, C_in)", tuple(x.shape))
    y = x.new_zeros(len(x), weight.shape[1])
    for kind, matrix in enumerate(weight):
        chosen = edges.kind == kind
        sent = x[edges.source[chosen]] @ matrix.T
        y = y.index_add(0, edges.target[chosen], sent)
    return y


def grid_edges(height: int, width: int, kernel_size: int = 3) -> Edges:
    """Write an image as a graph: which pixels a kernel joins, and by which of its weights.

    Parameters
    ----------
    height, width : int
        Pixels; node i width + j is the pixel in row i and column j.
    kernel_size : int
        Odd; the output keeps the size.

    Returns
    -------
    Edges
        From the pixel that is read to the one that is written. The type m kernel_size + n is the
        place of the weight in the kernel. Where the kernel leaves the image there is no edge, which
        is what padding with zeros means.

    Raises
    ------
    ArgumentError
        If the kernel is even, or there is no pixel.

    Examples
    --------
    A corner of a 3 x 3 kernel's graph has four edges, itself included; the middle has nine:

    >>> edges = grid_edges(3, 3)
    >>> torch.bincount(edges.target).tolist()
    [4, 6, 4, 6, 9, 6, 4, 6, 4]
    """
    if kernel_size < 1 or kernel_size % 2 == 0:
        raise ArgumentError("kernel_size", "an odd number of at least 1", kernel_size)
    if min(height, width) < 1:
        raise ArgumentError("height, width", "at least one pixel", (height, width))
    reach = kernel_size // 2
    offsets = torch.arange(-reach, reach + 1)
    i, j, m, n = torch.meshgrid(
        torch.arange(height), torch.arange(width), offsets, offsets, indexing="ij"
    )
    inside = (i + m >= 0) & (i + m < height) & (j + n >= 0) & (j + n < width)
    i, j, m, n = (values[inside] for values in (i, j, m, n))
    kind = (m + reach) * kernel_size + n + reach
    return Edges((i + m) * width + j + n, i * width + j, kind)


def conv2d_as_messages(x: Tensor, weight: Tensor) -> Tensor:
    """Convolve an image as messages on its grid; equal to `conv2d` with zero padding.

    Parameters
    ----------
    x : float tensor, shape (C_in, H, W)
    weight : float tensor, shape (C_out, C_in, K, K)
        K odd.

    Returns
    -------
    float tensor, shape (C_out, H, W)

    Raises
    ------
    ShapeError
        If the kernel is not square, or takes other channels.
    """
    if x.ndim != 3 or weight.ndim != 4 or weight.shape[1:] != (len(x), *weight.shape[2:3] * 2):
        expected = f"shape (C_out, {len(x)}, K, K) for an image (C_in, H, W)"
        raise ShapeError("weight", expected, tuple(weight.shape))
    _, height, width = x.shape
    kernel_size = weight.shape[-1]
    pixels = x.flatten(1).T  # (H W, C_in)
    by_type = weight.permute(2, 3, 0, 1).flatten(0, 1)  # (K K, C_out, C_in)
    y = send_messages(pixels, grid_edges(height, width, kernel_size), by_type)
    return y.T.unflatten(1, (height, width))


def propagation(edges: Tensor, nodes: int) -> Tensor:
    """Build the matrix that a graph convolution multiplies with.

    Parameters
    ----------
    edges : int64 tensor, shape (E, 2)
        Each edge once; it counts both ways.
    nodes : int

    Returns
    -------
    sparse float tensor, shape (V, V)
        D^(-1/2) (A + I) D^(-1/2), where D holds the row sums of A + I: equation 2 and the
        "renormalization trick" of arXiv:1609.02907. Each node is its own neighbour.

    Raises
    ------
    ShapeError
        If the edges are not pairs.
    ArgumentError
        If an edge leads to no node.

    Examples
    --------
    >>> propagation(torch.tensor([[0, 1]]), nodes=2).to_dense()
    tensor([[0.5000, 0.5000],
            [0.5000, 0.5000]])
    """
    if edges.ndim != 2 or edges.shape[1] != 2:
        raise ShapeError("edges", "shape (E, 2)", tuple(edges.shape))
    if edges.numel() and not 0 <= int(edges.min()) <= int(edges.max()) < nodes:
        raise ArgumentError("edges", f"nodes from 0 to {nodes - 1}", "others")
    itself = torch.arange(nodes, device=edges.device)
    target = torch.cat([edges[:, 0], edges[:, 1], itself])
    source = torch.cat([edges[:, 1], edges[:, 0], itself])
    scale = torch.bincount(target, minlength=nodes).float().rsqrt()
    places = torch.stack([target, source])
    values = scale[target] * scale[source]
    return torch.sparse_coo_tensor(places, values, (nodes, nodes), check_invariants=True).coalesce()


class GCN(nn.Module):
    """Two graph convolutions: a node is described by its neighbours' neighbours.

    As in the paper (equation 9): scores = P ReLU(P X W0) W1, where P is the `propagation`, dropout
    before each layer, no biases, Glorot's uniform start. Without edges, P is the identity and
    this is a dense network that reads each node by itself.

    Parameters
    ----------
    in_features, num_classes : int
    hidden : int
        Features of a node in between; 16 in the paper.
    dropout : float
        The share of values that are left out in training; 0.5 in the paper.

    Examples
    --------
    >>> network = GCN(in_features=3, num_classes=2)
    >>> network(torch.eye(3), propagation(torch.tensor([[0, 1], [1, 2]]), nodes=3)).shape
    torch.Size([3, 2])
    """

    def __init__(
        self, in_features: int, num_classes: int, hidden: int = 16, dropout: float = 0.5
    ) -> None:
        super().__init__()
        self.dropout = dropout
        self.layer1 = nn.Linear(in_features, hidden, bias=False)
        self.layer2 = nn.Linear(hidden, num_classes, bias=False)
        for layer in (self.layer1, self.layer2):
            nn.init.xavier_uniform_(layer.weight)

    def forward(self, x: Tensor, propagation: Tensor) -> Tensor:
        """Score the classes of every node.

        Parameters
        ----------
        x : float tensor, shape (V, in_features)
        propagation : sparse or dense float tensor, shape (V, V)

        Returns
        -------
        float tensor, shape (V, num_classes)

        Raises
        ------
        ShapeError
            If the features are others, or the matrix is for another graph.
        """
        if x.ndim != 2 or x.shape[1] != self.layer1.in_features:
            expected = f"features of shape (V, {self.layer1.in_features})"
            raise ShapeError("x", expected, tuple(x.shape))
        if propagation.shape != (len(x), len(x)):
            expected = f"shape ({len(x)}, {len(x)}), one row for each node"
            raise ShapeError("propagation", expected, tuple(propagation.shape))
        x = functional.dropout(x, self.dropout, self.training)
        x = (propagation @ self.layer1(x)).relu()
        x = functional.dropout(x, self.dropout, self.training)
        return propagation @ self.layer2(x)
