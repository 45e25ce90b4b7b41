"""U-Net: a class for every pixel, or every voxel.

Ronneberger, Fischer and Brox, "U-Net: convolutional networks for biomedical image segmentation",
MICCAI 2015, arXiv:1505.04597, Figure 1; in three dimensions Çiçek et al., "3D U-Net: learning
dense volumetric segmentation from sparse annotation", MICCAI 2016, arXiv:1606.06650, Figure 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models.blocks import relu

# by the number of axes: convolution, norm, pooling, up-convolution
LAYERS: dict[int, tuple[type[nn.Module], ...]] = {
    2: (nn.Conv2d, nn.BatchNorm2d, nn.MaxPool2d, nn.ConvTranspose2d),
    3: (nn.Conv3d, nn.BatchNorm3d, nn.MaxPool3d, nn.ConvTranspose3d),
}


class UNet(nn.Module):
    """The contracting path, the expanding path, and the skip connections between them.

    Going down, each level halves the size and sees farther; going up, each level doubles it. What
    the pooling lost of the place comes back over the skip connections.

    Parameters
    ----------
    in_channels, num_classes : int
    widths : sequence of int
        Channels of each level, from the finest to the coarsest; (64, 128, 256, 512, 1024) in the
        first paper.
    skips : bool
        False leaves the skip connections out, to see what they are for.
    axes : {2, 3}
        Of the images: 2 for (H, W), 3 for (D, H, W).

    Notes
    -----
    Departures: convolutions are padded, so nothing is cropped and the scores have the size of the
    image; norms follow the convolutions, as in the second paper; there is no dropout; in three
    dimensions both convolutions of a level have one width (the paper's first has half of it).

    Examples
    --------
    >>> model = UNet(in_channels=1, num_classes=4, widths=(8, 16, 32))
    >>> model(torch.zeros(2, 1, 32, 24)).shape
    torch.Size([2, 4, 32, 24])
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        widths: Sequence[int] = (16, 32, 64),
        skips: bool = True,
        axes: int = 2,
    ) -> None:
        super().__init__()
        if axes not in LAYERS:
            raise ArgumentError("axes", "2 or 3", axes)
        if len(widths) < 2:
            raise ArgumentError("widths", "at least two levels", tuple(widths))
        conv, _, pool, up = LAYERS[axes]
        fine, coarse = widths[:-1], widths[1:]
        self.skips, self.axes, self.in_channels = skips, axes, in_channels
        self.down = nn.ModuleList(
            double_conv(before, width, axes)
            for before, width in zip((in_channels, *fine), widths, strict=True)
        )
        self.pool = pool(2)
        self.up = nn.ModuleList(up(c, f, 2, stride=2) for c, f in zip(coarse, fine, strict=True))
        self.merge = nn.ModuleList(double_conv(f * (1 + skips), f, axes) for f in fine)
        self.head = conv(widths[0], num_classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes of each pixel.

        Parameters
        ----------
        x : float tensor, shape (N, C, H, W) or (N, C, D, H, W)
            Each size divides by 2 for every level but the last.

        Returns
        -------
        float tensor, shape (N, num_classes, H, W) or (N, num_classes, D, H, W)

        Raises
        ------
        ShapeError
            If the images do not fit.
        """
        self._check(x)
        levels = []
        for block in self.down[:-1]:
            levels.append(block(x))
            x = self.pool(levels[-1])
        x = self.down[-1](x)
        for up, merge, level in zip(
            reversed(self.up), reversed(self.merge), reversed(levels), strict=True
        ):
            x = up(x)  # (N, 2 C, H / 2, W / 2) -> (N, C, H, W)
            x = merge(torch.cat((level, x), dim=1) if self.skips else x)
        return self.head(x)

    def _check(self, x: Tensor) -> None:
        if x.ndim != self.axes + 2 or x.shape[1] != self.in_channels:
            sizes = "D, H, W"[3 * (3 - self.axes) :]
            raise ShapeError("x", f"shape (N, {self.in_channels}, {sizes})", tuple(x.shape))
        step = 2 ** len(self.up)
        if any(size % step or not size for size in x.shape[2:]):
            raise ShapeError("x", f"sizes that are multiples of {step}", tuple(x.shape[2:]))


def double_conv(in_channels: int, out_channels: int, axes: int = 2) -> nn.Sequential:
    """Make one level: twice a convolution of size 3 without bias, a norm and a ReLU.

    Parameters
    ----------
    in_channels, out_channels : int
    axes : {2, 3}
    """
    conv, norm, *_ = LAYERS[axes]
    chain = nn.Sequential()
    for channels in (in_channels, out_channels):
        chain.append(conv(channels, out_channels, 3, padding=1, bias=False))
        chain.extend((norm(out_channels), relu()))
    return chain
