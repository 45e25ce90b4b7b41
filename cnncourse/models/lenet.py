"""LeNet-5, as published in 1998 and as it is usually written today.

LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition",
Proceedings of the IEEE 86(11), 1998, Section II.B and Figure 2.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError
from cnncourse.models.blocks import Classifier, initialise, sequential
from cnncourse.shapes import conv_parameters, dense_parameters

# Table I of the paper: the maps of S2 that each of the 16 maps of C3 sees
C3_INPUTS = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5),
)  # fmt: skip

# the ten digits as pictures of 7 x 12 pixels: what F6 should look like for each class
GLYPHS = """
.#####. ...#... .#####. .#####. ....##. ####### ..####. ####### .#####. .#####.
##...## ..##... ##...## ##...## ...###. ##..... .##.... ##...## ##...## ##...##
##...## .###... ##...## .....## ...#.#. ##..... ##..... .....## ##...## ##...##
##...## ...#... .....## .....## ..##.#. ##..... ##..... .....## ##...## ##...##
##...## ...#... .....## .....## ..#..#. ##..... ##..... ....##. ##...## ##...##
##...## ...#... ....##. ..####. .##..#. ######. ######. ....##. .#####. .######
##...## ...#... ...##.. .....## .#...#. .....## ##...## ...##.. ##...## .....##
##...## ...#... ..##... .....## ####### .....## ##...## ...##.. ##...## .....##
##...## ...#... .##.... .....## .....#. .....## ##...## ..##... ##...## .....##
##...## ...#... ##..... .....## .....#. .....## ##...## ..##... ##...## .....##
##...## ...#... ##..... ##...## .....#. ##...## ##...## ..##... ##...## ....##.
.#####. .#####. ####### .#####. .....#. .#####. .#####. ..##... .#####. .####..
"""


class Squash(nn.Module):
    """1.7159 tanh(2 x / 3), which maps 1 to 1 and -1 to -1 (Appendix A)."""

    def forward(self, x: Tensor) -> Tensor:
        """Squash each number."""
        return 1.7159 * torch.tanh(2 / 3 * x)


class Subsampling(nn.Module):
    """Add up each 2 x 2 pixels, times a trainable coefficient, plus a trainable bias."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels))
        self.bias = nn.Parameter(torch.empty(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Halve the size: (N, C, H, W) -> (N, C, H / 2, W / 2)."""
        total = 4 * functional.avg_pool2d(x, 2)
        return total * self.weight[:, None, None] + self.bias[:, None, None]

    def multiply_adds(self, x: Tensor, y: Tensor) -> int:
        """One multiplication for each output."""
        return y[0].numel()


class PartialConv2d(nn.Module):
    """A convolution in which each output map sees only some of the input maps.

    Parameters
    ----------
    inputs : tuple of tuples of int
        For each output map, the input maps that it sees.
    in_channels, kernel_size : int
    """

    seen: Tensor

    def __init__(
        self, inputs: tuple[tuple[int, ...], ...], in_channels: int, kernel_size: int
    ) -> None:
        super().__init__()
        seen = torch.tensor([[i in row for i in range(in_channels)] for row in inputs])
        self.register_buffer("seen", seen, persistent=False)  # (C_out, C_in)
        kernels = sum(map(len, inputs))
        self.weight = nn.Parameter(torch.empty(kernels, kernel_size, kernel_size))
        self.bias = nn.Parameter(torch.empty(len(inputs)))

    def forward(self, x: Tensor) -> Tensor:
        """Convolve with the kernels that exist and zeros for those that do not."""
        k = self.weight.shape[-1]
        seen = self.seen[:, :, None, None].expand(-1, -1, k, k)
        # (kernels, k, k) -> (C_out, C_in, k, k)
        weight = self.weight.new_zeros(seen.shape).masked_scatter(seen, self.weight)
        return functional.conv2d(x, weight, self.bias)

    def multiply_adds(self, x: Tensor, y: Tensor) -> int:
        """One for each weight of a kernel that exists, at each output position."""
        return self.weight.numel() * y.shape[2] * y.shape[3]


class RadialBasis(nn.Module):
    """Compare the input with a fixed picture for each class: minus the squared distance.

    Parameters
    ----------
    codes : float tensor, shape (num_classes, in_features)
    """

    codes: Tensor

    def __init__(self, codes: Tensor) -> None:
        super().__init__()
        self.register_buffer("codes", codes)

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes: (N, in_features) -> (N, num_classes)."""
        return -(x[:, None, :] - self.codes).square().sum(2)

    def multiply_adds(self, x: Tensor, y: Tensor) -> int:
        """One for each number compared."""
        return self.codes.numel()


def digit_codes(num_classes: int = 10) -> Tensor:
    """Give the pictures of the digits as numbers: 1 for ink, -1 for paper.

    Returns
    -------
    float tensor, shape (num_classes, 84)

    Examples
    --------
    >>> digit_codes().shape, digit_codes()[1, :7].tolist()
    (torch.Size([10, 84]), [-1.0, -1.0, -1.0, 1.0, -1.0, -1.0, -1.0])
    """
    if not 1 <= num_classes <= 10:
        raise ArgumentError("num_classes", "1 to 10, one for each picture of a digit", num_classes)
    rows = [line.split() for line in GLYPHS.split("\n") if line]  # 12 rows of 10 times 7 pixels
    digits = ["".join(row[digit] for row in rows) for digit in range(num_classes)]
    return torch.tensor([[1.0 if pixel == "#" else -1.0 for pixel in code] for code in digits])


class LeNet5(Classifier):
    """LeNet-5 as published in 1998.

    Parameters
    ----------
    in_channels : int
    num_classes : int
        At most 10: each class needs its picture.

    Notes
    -----
    Images of 32 x 32 pixels, paper near -0.1 and ink near 1.175, so that their mean is about 0 and
    their variance about 1. 60,000 trainable parameters, 340,908 connections, 328,096
    multiply-adds. The paper counts seven layers; five of them (C1, C3, C5, F6, output) are
    convolutions or dense.

    The output layer measures how far the 84 numbers of F6 are from a fixed picture of each
    digit. Here it gives minus the squared distance, so that the greatest score wins as in all
    other networks; the cross-entropy of these scores is then the paper's loss (its equation 9)
    without the constant for images of no class.

    Departure: the pictures are our own drawings of the digits, in the paper's 7 x 12 pixels.

    =======  ============  ============  ===========
    layer    output        parameters    connections
    =======  ============  ============  ===========
    C1       6 x 28 x 28           156       122,304
    S2       6 x 14 x 14            12         5,880
    C3       16 x 10 x 10        1,516       151,600
    S4       16 x 5 x 5             32         2,000
    C5       120                48,120        48,120
    F6       84                 10,164        10,164
    output   10                fixed             840
    =======  ============  ============  ===========

    Examples
    --------
    >>> model = LeNet5()
    >>> sum(weight.numel() for weight in model.parameters()), sum(model.connections().values())
    (60000, 340908)
    """

    def __init__(self, in_channels: int = 1, num_classes: int = 10) -> None:
        features = sequential(
            C1=sequential(conv=nn.Conv2d(in_channels, 6, 5), squash=Squash()),
            S2=sequential(pool=Subsampling(6), squash=Squash()),
            C3=sequential(conv=PartialConv2d(C3_INPUTS, 6, 5), squash=Squash()),
            S4=sequential(pool=Subsampling(16), squash=Squash()),
            C5=sequential(conv=nn.Conv2d(16, 120, 5), squash=Squash()),
        )
        head = sequential(
            flatten=nn.Flatten(),
            F6=sequential(fc=nn.Linear(120, 84), squash=Squash()),
            output=RadialBasis(digit_codes(num_classes)),
        )
        super().__init__(features, head, in_channels, image_size=32, smallest=None)
        self.num_classes = num_classes
        self._initialise()

    def _initialise(self) -> None:
        """Draw each unit's weights between -2.4 / fan-in and 2.4 / fan-in (Appendix A)."""
        for module in self.modules():
            if isinstance(module, Subsampling):
                fan_in = 4.0
            elif isinstance(module, PartialConv2d):
                fan_in = module.weight.numel() / len(module.bias)  # on average
            elif isinstance(module, nn.Conv2d | nn.Linear):
                fan_in = float(module.weight[0].numel())
            else:
                continue
            nn.init.uniform_(module.weight, -2.4 / fan_in, 2.4 / fan_in)
            if module.bias is not None:
                nn.init.zeros_(module.bias)

    def connections(self) -> dict[str, int]:
        """Count each layer's connections as the paper does: every use of a weight or bias."""
        kernels = sum(map(len, C3_INPUTS))
        return {
            "C1": 28 * 28 * conv_parameters(self.in_channels, 6, 5),
            "S2": 14 * 14 * 6 * dense_parameters(4, 1),
            "C3": 10 * 10 * (conv_parameters(1, kernels, 5, bias=False) + 16),
            "S4": 5 * 5 * 16 * dense_parameters(4, 1),
            "C5": conv_parameters(16, 120, 5),
            "F6": dense_parameters(120, 84),
            "output": dense_parameters(84, self.num_classes, bias=False),
        }


class ModernLeNet5(Classifier):
    """LeNet-5 as it is usually written today: ReLU, max pooling, every map sees every map.

    Parameters
    ----------
    in_channels, num_classes : int
    image_size : int
        Height and width of the images, even and at most 32; smaller ones are padded with zeros.

    Notes
    -----
    61,706 parameters: 900 more in C3 than the paper's partial connections, 850 in the output
    layer where the paper has fixed pictures, 44 fewer in the pools. 416,520 multiply-adds.

    Examples
    --------
    >>> ModernLeNet5(image_size=28)(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """

    def __init__(self, in_channels: int = 1, num_classes: int = 10, image_size: int = 32) -> None:
        if image_size % 2 or not 0 < image_size <= 32:
            raise ArgumentError("image_size", "an even number up to 32", image_size)
        padding = (32 - image_size) // 2
        features = sequential(
            C1=sequential(conv=nn.Conv2d(in_channels, 6, 5, padding=padding), relu=nn.ReLU()),
            S2=nn.MaxPool2d(2),
            C3=sequential(conv=nn.Conv2d(6, 16, 5), relu=nn.ReLU()),
            S4=nn.MaxPool2d(2),
            C5=sequential(conv=nn.Conv2d(16, 120, 5), relu=nn.ReLU()),
        )
        head = sequential(
            flatten=nn.Flatten(),
            F6=nn.Linear(120, 84),
            relu=nn.ReLU(),
            output=nn.Linear(84, num_classes),
        )
        super().__init__(features, head, in_channels, image_size, smallest=None)
        initialise(self)
