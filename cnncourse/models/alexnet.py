"""AlexNet, with one tower and with two.

Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
networks", NeurIPS 2012, Figure 2. Krizhevsky, "One weird trick for parallelizing convolutional
neural networks", arXiv:1404.5997, has the form with one tower that libraries carry.
"""

from __future__ import annotations

from functools import partial

from torch import nn

from cnncourse.models.blocks import Classifier, initialise, relu, sequential

pool = partial(nn.MaxPool2d, 3, stride=2)  # windows overlap


def dense_layers(in_features: int, num_classes: int, dropout: float) -> nn.Sequential:
    """Three dense layers with dropout before the first and the second."""
    return sequential(
        pool=nn.AdaptiveAvgPool2d(6),
        flatten=nn.Flatten(),
        dropout1=nn.Dropout(dropout),
        fc6=nn.Linear(in_features, 4096),
        relu6=relu(),
        dropout2=nn.Dropout(dropout),
        fc7=nn.Linear(4096, 4096),
        relu7=relu(),
        fc8=nn.Linear(4096, num_classes),
    )


class AlexNet(Classifier):
    """AlexNet with one tower.

    Parameters
    ----------
    in_channels, num_classes : int
    dropout : float

    Notes
    -----
    Images of 224 x 224 pixels; the last maps are 6 x 6. 61,100,840 parameters, 96 % of them in
    the three dense layers; 714,188,480 multiply-adds, 92 % of them in the convolutions.
    Departures: torchvision's channels, where conv4 has 256 instead of 384; the last maps of other
    images are averaged to 6 x 6; training starts from He's initialisation.
    """

    def __init__(
        self, in_channels: int = 3, num_classes: int = 1000, dropout: float = 0.5
    ) -> None:
        features = sequential(
            conv1=sequential(conv=nn.Conv2d(in_channels, 64, 11, 4, padding=2), relu=relu()),
            pool1=pool(),
            conv2=sequential(conv=nn.Conv2d(64, 192, 5, padding=2), relu=relu()),
            pool2=pool(),
            conv3=sequential(conv=nn.Conv2d(192, 384, 3, padding=1), relu=relu()),
            conv4=sequential(conv=nn.Conv2d(384, 256, 3, padding=1), relu=relu()),
            conv5=sequential(conv=nn.Conv2d(256, 256, 3, padding=1), relu=relu()),
            pool5=pool(),
        )
        head = dense_layers(256 * 6 * 6, num_classes, dropout)
        super().__init__(features, head, in_channels, image_size=224, smallest=63)
        initialise(self)


class TwoTowerAlexNet(Classifier):
    """AlexNet as published in 2012: two towers on two GPUs that meet in conv3 only.

    Parameters
    ----------
    in_channels, num_classes : int
    dropout : float
    groups : {1, 2}
        2 for the two towers, as convolutions in two groups; 1 lets every map see every map, which
        makes 62,378,344 parameters.

    Notes
    -----
    60,965,224 parameters, 724,406,816 multiply-adds; the last maps are 6 x 6. The paper says
    224 x 224 pixels, but its 55 x 55 maps after conv1 need 227 x 227.

    Local response normalisation divides by (2 + 0.0001 times a sum over five maps)^0.75. PyTorch
    averages where the paper sums, so alpha is five times the paper's here.

    Departure: training starts from He's initialisation with biases of 0, where the paper has
    deviation 0.01 and biases of 1 in half of the layers.
    """

    def __init__(
        self,
        in_channels: int = 3,
        num_classes: int = 1000,
        dropout: float = 0.5,
        groups: int = 2,
    ) -> None:
        features = sequential(
            conv1=sequential(conv=nn.Conv2d(in_channels, 96, 11, 4), relu=relu()),
            norm1=nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2),
            pool1=pool(),
            conv2=sequential(conv=nn.Conv2d(96, 256, 5, padding=2, groups=groups), relu=relu()),
            norm2=nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2),
            pool2=pool(),
            conv3=sequential(conv=nn.Conv2d(256, 384, 3, padding=1), relu=relu()),
            conv4=sequential(conv=nn.Conv2d(384, 384, 3, padding=1, groups=groups), relu=relu()),
            conv5=sequential(conv=nn.Conv2d(384, 256, 3, padding=1, groups=groups), relu=relu()),
            pool5=pool(),
        )
        head = dense_layers(256 * 6 * 6, num_classes, dropout)
        super().__init__(features, head, in_channels, image_size=227, smallest=67)
        initialise(self)
