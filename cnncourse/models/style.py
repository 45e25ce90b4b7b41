"""Style transfer: Gram matrices, and the networks whose feature maps they are made of.

Gatys, Ecker and Bethge, "Image style transfer using convolutional neural networks", CVPR 2016,
Section 2; the equations below are that paper's. Preprint: "A neural algorithm of artistic style",
arXiv:1508.06576.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from cnncourse.compat import repair_torchvision
from cnncourse.errors import ArgumentError, SetupError, ShapeError
from cnncourse.models.blocks import Classifier, initialise, pooled_head, relu, sequential

Maps = Mapping[str, Tensor]
VGG_LAYERS = {  # places in torchvision's chain
    "conv1_1": 0, "conv2_1": 5, "conv3_1": 10, "conv4_1": 19, "conv4_2": 21, "conv5_1": 28,
}  # fmt: skip
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))  # mean and deviation of each channel


class StyleNet(Classifier):
    """A small network in VGG's manner, to be trained on pieces of pictures.

    Parameters
    ----------
    in_channels, num_classes : int
    widths : sequence of int
        Channels of each stage: two 3 × 3 convolutions with ReLU. Between stages the size halves.

    Notes
    -----
    Pooling averages, as the paper advises (Section 2), and there are no norms: the maps of an
    image depend on that image alone.

    Examples
    --------
    >>> StyleNet(num_classes=8)(torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 8])
    """

    def __init__(
        self, in_channels: int = 3, num_classes: int = 8, widths: tuple[int, ...] = (16, 32, 64)
    ) -> None:
        stages: dict[str, nn.Module] = {}
        before = in_channels
        for i, width in enumerate(widths, start=1):
            for j, channels in enumerate((before, width), start=1):
                stages[f"conv{i}_{j}"] = nn.Conv2d(channels, width, 3, padding=1)
                stages[f"relu{i}_{j}"] = relu()
            if i < len(widths):
                stages[f"pool{i}"] = nn.AvgPool2d(2)
            before = width
        head = pooled_head(before, num_classes)
        super().__init__(sequential(**stages), head, in_channels, image_size=32, smallest=4)
        initialise(self)


class Tapped(nn.Module):
    """Give the maps of some layers of a chain, after their ReLUs.

    Parameters
    ----------
    features : nn.Sequential
        Each named layer is followed by a ReLU.
    layers : mapping of str to int
        From names to places in the chain.
    mean, std : sequences of float
        Of each channel: what the network wants subtracted and divided by.

    Examples
    --------
    >>> chain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 5, 3), nn.ReLU())
    >>> maps = Tapped(chain, {"first": 0, "second": 2})(torch.zeros(1, 3, 8, 8))
    >>> {name: tuple(x.shape) for name, x in maps.items()}
    {'first': (1, 4, 6, 6), 'second': (1, 5, 4, 4)}
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        features: nn.Sequential,
        layers: Mapping[str, int],
        mean: tuple[float, ...] = (0.5, 0.5, 0.5),
        std: tuple[float, ...] = (0.25, 0.25, 0.25),
    ) -> None:
        super().__init__()
        if not layers or max(layers.values()) + 1 >= len(features):
            raise ArgumentError("layers", "places of layers that a ReLU follows", dict(layers))
        self.features = nn.Sequential(*list(features)[: max(layers.values()) + 2])
        self.features.requires_grad_(False).eval()
        self.layers = {place + 1: name for name, place in layers.items()}  # after the ReLU
        self.register_buffer("mean", torch.tensor(mean).reshape(-1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).reshape(-1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Give the maps by name: (N, C, H, W) from 0 to 1 -> (N, C', H', W') each."""
        x = (x - self.mean) / self.std
        maps = {}
        for place, layer in enumerate(self.features):
            x = layer(x)
            if place in self.layers:
                maps[self.layers[place]] = x.clone()  # the next layer may work in place
        return maps


def vgg19_features() -> Tapped:
    """Take the layers of the paper from torchvision's VGG-19, downloading its weights once.

    Returns
    -------
    Tapped
        conv1_1, conv2_1, conv3_1, conv4_1 and conv5_1 for the style, conv4_2 for the content
        (Section 3).

    Raises
    ------
    SetupError
        If the weights (550 MB) are not on this machine and can't be downloaded.
    """
    repair_torchvision()
    from torchvision.models import get_model

    try:
        network = get_model("vgg19", weights="IMAGENET1K_V1")
    except OSError as problem:
        raise SetupError(
            f"torchvision's weights of vgg19 can't be downloaded ({problem}); without a network, "
            "train a StyleNet on pictures and use its features"
        ) from problem
    return Tapped(network.features, VGG_LAYERS, *IMAGENET)


def gram(maps: Tensor) -> Tensor:
    """Correlate each pair of feature maps over all places, whatever the places are.

    Parameters
    ----------
    maps : float tensor, shape (N, C, H, W)

    Returns
    -------
    float tensor, shape (N, C, C)
        G[i, j] = mean over places of maps[i] maps[j]: equation 3 divided by the number of places,
        so that images of different sizes can be compared.

    Examples
    --------
    >>> gram(torch.tensor([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 1, 2))[0].tolist()
    [[2.5, 5.5], [5.5, 12.5]]
    """
    if maps.ndim != 4:
        raise ShapeError("maps", "shape (N, C, H, W)", tuple(maps.shape))
    flat = maps.flatten(2)  # (N, C, H W)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


def style_loss(maps: Maps, style: Maps) -> Tensor:
    """Compare Gram matrices, layer by layer (equations 4 and 5).

    Parameters
    ----------
    maps : mapping of str to float tensor, shape (N, C, H, W)
        Of the image.
    style : mapping of str to float tensor, shape (N, C, C)
        Gram matrices of the layers that count.

    Returns
    -------
    float tensor without axes
        The mean over layers of sum (G - A)² / sum A²: 1 for black feature maps. Departure: the
        paper divides by 4 C² in place of sum A²; so, layers count alike whatever their scale.
    """
    parts = [
        (gram(maps[name]) - wanted).square().sum() / wanted.square().sum()
        for name, wanted in style.items()
    ]
    return torch.stack(parts).mean()


def roughness(image: Tensor) -> Tensor:
    """Average the differences between neighbouring pixels (total variation).

    Parameters
    ----------
    image : float tensor, shape (N, C, H, W)

    Returns
    -------
    float tensor without axes

    References
    ----------
    Mahendran and Vedaldi, "Understanding deep image representations by inverting them",
    CVPR 2015, arXiv:1412.0035, Section 2.2.

    Examples
    --------
    >>> roughness(torch.tensor([[0.0, 1.0], [0.0, 1.0]])[None, None]).item()
    1.0
    """
    down = (image[..., 1:, :] - image[..., :-1, :]).abs().mean()
    across = (image[..., 1:] - image[..., :-1]).abs().mean()
    return down + across


def content_loss(maps: Maps, content: Maps) -> Tensor:
    """Compare maps place by place (equation 1, as a mean).

    Parameters
    ----------
    maps, content : mapping of str to float tensor, shape (N, C, H, W)
        Of the image, and of the content image for the layers that count.

    Returns
    -------
    float tensor without axes
        Half the mean square of the differences, averaged over layers.
    """
    parts = [(maps[name] - wanted).square().mean() / 2 for name, wanted in content.items()]
    return torch.stack(parts).mean()
