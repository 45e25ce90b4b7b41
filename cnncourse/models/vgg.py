"""VGG: nothing but 3 x 3 convolutions, and depth.

Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition",
ICLR 2015, arXiv:1409.1556, Table 1. Two 3 x 3 convolutions see 5 x 5 pixels with 18 weights per
pair of channels instead of 25, three see 7 x 7 with 27 instead of 49, with a ReLU after each.

The names count the layers with weights: VGG-16 has 13 convolutions and 3 dense layers, and those
three hold 89 % of its parameters. (The paper's configuration C, with 1 x 1 convolutions, is not
here.)
"""

from __future__ import annotations

from torch import nn

from cnncourse.models.blocks import Classifier, initialise, sequential

CHANNELS = (64, 128, 256, 512, 512)
# how many convolutions before each of the five pools: columns A, B, D and E of Table 1
CONVOLUTIONS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


def stage(in_channels: int, channels: int, convolutions: int, batch_norm: bool) -> nn.Sequential:
    """Convolve several times, then halve the size."""
    layers: list[nn.Module] = []
    for _ in range(convolutions):
        layers.append(nn.Conv2d(in_channels, channels, 3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(channels))
        layers.append(nn.ReLU(inplace=True))
        in_channels = channels
    return nn.Sequential(*layers, nn.MaxPool2d(2))


class VGG(Classifier):
    """VGG-11, 13, 16 or 19.

    Parameters
    ----------
    depth : {11, 13, 16, 19}
        Layers with weights.
    batch_norm : bool
        Normalise after each convolution. The paper is older than batch norm: it trained the
        shallowest network first and started the deeper ones from it.
    in_channels, num_classes : int
    dropout : float
        Before the second and third dense layer.

    Notes
    -----
    Images of 224 x 224 pixels; the last maps are 7 x 7. Departures: the last maps of other
    images are averaged to 7 x 7, and training starts from He's initialisation.

    ======  ===========  ==============
    depth   parameters   multiply-adds
    ======  ===========  ==============
    11      132,863,336   7,609,090,048
    13      133,047,848  11,308,466,176
    16      138,357,544  15,470,264,320
    19      143,667,240  19,632,062,464
    ======  ===========  ==============
    """

    def __init__(
        self,
        depth: int,
        batch_norm: bool = False,
        in_channels: int = 3,
        num_classes: int = 1000,
        dropout: float = 0.5,
    ) -> None:
        stages: dict[str, nn.Module] = {}
        widths = (in_channels, *CHANNELS)
        for i, convolutions in enumerate(CONVOLUTIONS[depth]):
            stages[f"stage{i + 1}"] = stage(widths[i], widths[i + 1], convolutions, batch_norm)
        head = sequential(
            pool=nn.AdaptiveAvgPool2d(7),
            flatten=nn.Flatten(),  # (N, 512, 7, 7) -> (N, 25088)
            fc1=nn.Linear(512 * 7 * 7, 4096),
            relu1=nn.ReLU(inplace=True),
            dropout1=nn.Dropout(dropout),
            fc2=nn.Linear(4096, 4096),
            relu2=nn.ReLU(inplace=True),
            dropout2=nn.Dropout(dropout),
            fc3=nn.Linear(4096, num_classes),
        )
        super().__init__(sequential(**stages), head, in_channels, image_size=224, smallest=32)
        initialise(self)
