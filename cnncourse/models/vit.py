"""Vision Transformer, and hybrids that begin with convolutions.

Dosovitskiy et al., "An image is worth 16x16 words: Transformers for image recognition at scale",
ICLR 2021, arXiv:2010.11929, Figure 1 and Table 1. Cutting an image into patches and mapping each
to a vector is a convolution whose stride is its kernel size, the only one in the network.

Xiao et al., "Early convolutions help Transformers see better", NeurIPS 2021, arXiv:2106.14881,
put a few 3 x 3 convolutions there instead, and take out one Transformer layer for them: the hybrid
trains faster, with less care, to a better result.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError
from cnncourse.models.blocks import Classifier, ConvNorm, initialise_small, sequential


class SelfAttention(nn.Module):
    """Each token asks all tokens, in several heads.

    Parameters
    ----------
    dim : int
        Length of a token; `heads` divides it.
    heads : int
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        if dim % heads:
            raise ArgumentError("heads", f"a divisor of {dim}, the length of a token", heads)
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.project = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        """Softmax(Q K^T / sqrt(d)) V in each head; the shape stays (N, L, D)."""
        # (N, L, 3 D) -> (N, L, 3, heads, d) -> (3, N, heads, L, d)
        qkv = self.qkv(x).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        y = functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2])
        return self.project(y.transpose(1, 2).flatten(2))  # (N, heads, L, d) -> (N, L, D)

    def multiply_adds(self, x: Tensor, y: Tensor) -> int:
        """Those of Q K^T and of its product with V, all heads together."""
        length, dim = x.shape[1:]
        return 2 * length * length * dim


class EncoderLayer(nn.Module):
    """Attention mixes tokens, then two dense layers work on each; norms come first.

    Parameters
    ----------
    dim, heads : int
        As in `SelfAttention`.
    hidden : int
        Width between the two dense layers.
    dropout : float
    """

    def __init__(self, dim: int, heads: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attention = SelfAttention(dim, heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = sequential(
            fc1=nn.Linear(dim, hidden),
            gelu=nn.GELU(),
            dropout=nn.Dropout(dropout),
            fc2=nn.Linear(hidden, dim),
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Add both residuals; the shape stays (N, L, D)."""
        x = x + self.dropout(self.attention(self.norm1(x)))
        return x + self.dropout(self.mlp(self.norm2(x)))


class Tokens(nn.Module):
    """Make a token of each patch and put the class token before them.

    Parameters
    ----------
    stem : nn.Module
        From images to maps (N, dim, H', W').
    dim : int
    """

    def __init__(self, stem: nn.Module, dim: int) -> None:
        super().__init__()
        self.class_token = nn.Parameter(torch.empty(1, 1, dim).normal_(std=0.02))
        self.stem = stem

    def forward(self, x: Tensor) -> Tensor:
        """Turn images into tokens: (N, C, H, W) -> (N, 1 + H' W', dim)."""
        patches = self.stem(x).flatten(2).transpose(1, 2)  # (N, D, H', W') -> (N, H' W', D)
        return torch.cat([self.class_token.expand(len(x), -1, -1), patches], dim=1)


class Position(nn.Module):
    """Add a learned vector for each place; nothing else tells a Transformer where a token was."""

    def __init__(self, length: int, dim: int) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.empty(1, length, dim).normal_(std=0.02))

    def forward(self, x: Tensor) -> Tensor:
        """Add; the shape stays (N, L, D)."""
        return x + self.embedding


class ClassToken(nn.Module):
    """Keep the class token only."""

    def forward(self, x: Tensor) -> Tensor:
        """Take the first token: (N, L, D) -> (N, D)."""
        return x[:, 0]


class VisionTransformer(Classifier):
    """A Vision Transformer on patches, or on the maps of a convolutional stem.

    Parameters
    ----------
    image_size, patch : int
        Pixels; `patch` divides `image_size`.
    dim, layers, heads, hidden : int
        Length of a token, encoder layers, heads of each, width of its dense layers.
    in_channels, num_classes : int
    stem_channels : tuple of int
        Channels of 3 x 3 convolutions with stride 2 and batch norm in place of the patches, then
        a 1 x 1 convolution to `dim`; together they shrink the image by `patch`.

    Notes
    -----
    Takes images of `image_size` only, since positions are learned one by one. Departure: dropout
    is 0, which torchvision's builders have too; the paper uses 0.1 where it trains on
    ImageNet alone.

    Examples
    --------
    >>> model = VisionTransformer(32, patch=4, dim=48, layers=2, heads=3, hidden=96, num_classes=10)
    >>> model(torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self,
        image_size: int,
        patch: int,
        dim: int,
        layers: int,
        heads: int,
        hidden: int,
        in_channels: int = 3,
        num_classes: int = 1000,
        stem_channels: tuple[int, ...] = (),
    ) -> None:
        if image_size % patch:
            raise ArgumentError("patch", f"a divisor of {image_size} pixels", patch)
        stem: nn.Module = nn.Conv2d(in_channels, dim, patch, stride=patch)
        if stem_channels:
            if 2 ** len(stem_channels) != patch:
                expected = f"one number for each halving, so that {patch} = 2^length"
                raise ArgumentError("stem_channels", expected, stem_channels)
            stem = conv_stem(in_channels, stem_channels, dim)
        features = sequential(
            tokens=Tokens(stem, dim),
            position=Position(1 + (image_size // patch) ** 2, dim),
            layers=nn.Sequential(*(EncoderLayer(dim, heads, hidden) for _ in range(layers))),
            norm=nn.LayerNorm(dim, eps=1e-6),
        )
        head = sequential(token=ClassToken(), fc=nn.Linear(dim, num_classes))
        super().__init__(features, head, in_channels, image_size, smallest=None)
        initialise_small(self)


def conv_stem(in_channels: int, channels: tuple[int, ...], dim: int) -> nn.Sequential:
    """Halve the image with each 3 x 3 convolution, then map to tokens of length `dim`."""
    layers: list[nn.Module] = []
    for width in channels:
        layers.append(ConvNorm(in_channels, width, 3, stride=2))
        in_channels = width
    return nn.Sequential(*layers, nn.Conv2d(in_channels, dim, 1))


def vit_b_16(in_channels: int = 3, num_classes: int = 1000) -> VisionTransformer:
    """ViT-B/16: 12 layers on 14 x 14 patches of 16 x 16 pixels (Table 1, "Base").

    86,567,656 parameters, 17,563,828,224 multiply-adds at 224 x 224.
    """
    return VisionTransformer(224, 16, 768, 12, 12, 3072, in_channels, num_classes)


def vit_mini(
    in_channels: int = 3, num_classes: int = 10, image_size: int = 32
) -> VisionTransformer:
    """A ViT of our own for small images: 6 layers on patches of 4 x 4 pixels.

    1,806,538 parameters, 125,341,824 multiply-adds at 32 x 32.
    """
    return VisionTransformer(image_size, 4, 192, 6, 3, 384, in_channels, num_classes)


def hybrid_mini(
    in_channels: int = 3, num_classes: int = 10, image_size: int = 32
) -> VisionTransformer:
    """`vit_mini` with two 3 x 3 convolutions for patches, and one layer fewer.

    1,561,786 parameters, 108,125,952 multiply-adds at 32 x 32.
    """
    return VisionTransformer(
        image_size, 4, 192, 5, 3, 384, in_channels, num_classes, stem_channels=(48, 96)
    )


def vit_c_4gf(in_channels: int = 3, num_classes: int = 1000) -> VisionTransformer:
    """ViT_C-4GF, a convolutional stem and 11 layers (Xiao et al., 2021, Appendix).

    17,754,136 parameters, 3,958,940,928 multiply-adds at 224 x 224.
    """
    return VisionTransformer(
        224, 16, 384, 11, 6, 1152, in_channels, num_classes, stem_channels=(48, 96, 192, 384)
    )
