"""What the papers say of their networks, and what we count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from cnncourse.models.alexnet import AlexNet, TwoTowerAlexNet
from cnncourse.models.blocks import Classifier
from cnncourse.models.convnext import ConvNeXt
from cnncourse.models.densenet import DenseNet
from cnncourse.models.efficientnet import VARIANTS, EfficientNet
from cnncourse.models.googlenet import GoogLeNet
from cnncourse.models.lenet import LeNet5, ModernLeNet5
from cnncourse.models.mobilenet import MobileNetV1, MobileNetV2, MobileNetV3
from cnncourse.models.resnet import ResNet, resnext50_32x4d, wide_resnet50_2
from cnncourse.models.resnet_cifar import CifarResNet, PreActivationResNet
from cnncourse.models.squeezenet import SqueezeNet
from cnncourse.models.vgg import VGG
from cnncourse.models.vit import hybrid_mini, vit_b_16, vit_c_4gf, vit_mini


@dataclass(frozen=True)
class Paper:
    """Where a network was published."""

    authors: str
    year: int
    title: str
    place: str


@dataclass(frozen=True)
class Result:
    """Share of images that a network gets wrong, in per cent; 100 - accuracy where that is given.

    Parameters
    ----------
    top1 : float, optional
        The best guess is wrong.
    top5 : float, optional
        None of the five best guesses is right.
    protocol : str
        Images and crops; ImageNet's 50,000 validation images where no others are named.
    source : str
        Where the paper says so.
    """

    top1: float | None
    top5: float | None
    protocol: str
    source: str


WEIGHTED = "layers with weights on the longest path"


@dataclass(frozen=True)
class Facts:
    """One registered network.

    Parameters
    ----------
    name, title : str
        What `build` calls it, and what people call it.
    builder : callable
        Takes `in_channels` and `num_classes`, and options of its own.
    paper : Paper
    depth : int
    parameters, multiply_adds : int
        Trainable numbers, and the work for one image of the paper's size.
    reported : Result, optional
        By the paper, for one network.
    entry : Result, optional
        Of the team's entry to the ImageNet challenge with this network: an ensemble.
    released : (float, float), optional
        Top-1 and top-5 error in per cent of torchvision's first weights for this network
        (IMAGENET1K_V1), by torchvision, for one centre crop: the same protocol for all.
    torchvision : str, optional
        What torchvision calls the same network.
    in_channels, image_size, num_classes : int
        Of the paper's images (height and width in pixels) and task.
    counted : str
        What the depth counts.
    """

    name: str
    title: str
    builder: Callable[..., Classifier]
    paper: Paper
    depth: int
    parameters: int
    multiply_adds: int
    reported: Result | None = None
    released: tuple[float, float] | None = None
    torchvision: str | None = None
    in_channels: int = 3
    image_size: int = 224
    num_classes: int = 1000
    entry: Result | None = None
    counted: str = WEIGHTED


LECUN = Paper(
    "LeCun, Bottou, Bengio and Haffner", 1998,
    "Gradient-based learning applied to document recognition", "Proceedings of the IEEE 86(11)",
)  # fmt: skip
KRIZHEVSKY = Paper(
    "Krizhevsky, Sutskever and Hinton", 2012,
    "ImageNet classification with deep convolutional neural networks", "NeurIPS",
)  # fmt: skip
ONE_TOWER = Paper(
    "Krizhevsky", 2014,
    "One weird trick for parallelizing convolutional neural networks", "arXiv:1404.5997",
)  # fmt: skip
SIMONYAN = Paper(
    "Simonyan and Zisserman", 2014,
    "Very deep convolutional networks for large-scale image recognition", "arXiv:1409.1556",
)  # fmt: skip
SZEGEDY = Paper("Szegedy et al.", 2014, "Going deeper with convolutions", "arXiv:1409.4842")
HE = Paper(
    "He, Zhang, Ren and Sun", 2015,
    "Deep residual learning for image recognition", "arXiv:1512.03385",
)  # fmt: skip
HE_IDENTITY = Paper(
    "He, Zhang, Ren and Sun", 2016,
    "Identity mappings in deep residual networks", "arXiv:1603.05027",
)  # fmt: skip
ZAGORUYKO = Paper("Zagoruyko and Komodakis", 2016, "Wide residual networks", "arXiv:1605.07146")
XIE = Paper(
    "Xie, Girshick, Dollár, Tu and He", 2016,
    "Aggregated residual transformations for deep neural networks", "arXiv:1611.05431",
)  # fmt: skip
HUANG = Paper(
    "Huang, Liu, van der Maaten and Weinberger", 2016,
    "Densely connected convolutional networks", "arXiv:1608.06993",
)  # fmt: skip
IANDOLA = Paper(
    "Iandola et al.", 2016,
    "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5 MB model size",
    "arXiv:1602.07360",
)  # fmt: skip
HOWARD = Paper(
    "Howard et al.", 2017,
    "MobileNets: efficient convolutional neural networks for mobile vision applications",
    "arXiv:1704.04861",
)  # fmt: skip
SANDLER = Paper(
    "Sandler et al.", 2018,
    "MobileNetV2: inverted residuals and linear bottlenecks", "arXiv:1801.04381",
)  # fmt: skip
HOWARD_V3 = Paper("Howard et al.", 2019, "Searching for MobileNetV3", "arXiv:1905.02244")
TAN = Paper(
    "Tan and Le", 2019,
    "EfficientNet: rethinking model scaling for convolutional neural networks",
    "arXiv:1905.11946v5",
)  # fmt: skip
LIU = Paper("Liu et al.", 2022, "A ConvNet for the 2020s", "arXiv:2201.03545")
DOSOVITSKIY = Paper(
    "Dosovitskiy et al.", 2020,
    "An image is worth 16x16 words: Transformers for image recognition at scale",
    "arXiv:2010.11929",
)  # fmt: skip
XIAO = Paper(
    "Xiao et al.", 2021, "Early convolutions help Transformers see better", "arXiv:2106.14881"
)

ONE_CROP = "one crop"
TEN_CROPS = "ten crops"
DENSE = "one scale, the network slid over the whole image"
TEST = "test images"
CIFAR = "CIFAR-10, test images"
TRANSFORMER_LAYERS = "Transformer layers"


def _vgg(
    depth: int, parameters: int, multiply_adds: int, top1: float, top5: float,
    plain: tuple[float, float], normed: tuple[float, float], entry: Result | None = None,
) -> list[Facts]:  # fmt: skip
    """A depth without and with batch norm, which the paper does not have."""
    norms = {11: 5504, 13: 5888, 16: 8448, 19: 11008}[depth]  # weights and biases of the norms
    name, title = f"vgg{depth}", f"VGG-{depth}"
    return [
        Facts(
            name, title, partial(VGG, depth), SIMONYAN, depth, parameters, multiply_adds,
            Result(top1, top5, DENSE, "Table 3"), plain, name, entry=entry,
        ),
        Facts(
            f"{name}_bn", f"{title} with batch norm", partial(VGG, depth, True), SIMONYAN, depth,
            parameters + norms, multiply_adds, None, normed, f"{name}_bn",
        ),
    ]  # fmt: skip


def _resnet(
    depth: int, parameters: int, multiply_adds: int, reported: Result,
    released: tuple[float, float], entry: Result | None = None,
) -> Facts:  # fmt: skip
    return Facts(
        f"resnet{depth}", f"ResNet-{depth}", partial(ResNet, depth), HE, depth, parameters,
        multiply_adds, reported, released, f"resnet{depth}", entry=entry,
    )  # fmt: skip


def _cifar(depth: int, parameters: int, multiply_adds: int, error: float) -> list[Facts]:
    """A depth with shortcuts and without, which need the same numbers."""
    protocol = CIFAR + (", best of five runs" if depth == 110 else "")
    return [
        Facts(
            f"resnet{depth}", f"ResNet-{depth} (CIFAR)", partial(CifarResNet, depth), HE, depth,
            parameters, multiply_adds, Result(error, None, protocol, "Table 6"),
            image_size=32, num_classes=10,
        ),
        Facts(
            f"plain{depth}", f"plain, {depth} layers (CIFAR)",
            partial(CifarResNet, depth, shortcuts=False), HE, depth, parameters, multiply_adds,
            image_size=32, num_classes=10,
        ),
    ]  # fmt: skip


def _preactivation(
    depth: int, parameters: int, multiply_adds: int, error: float | None, bottlenecks: bool = False
) -> Facts:
    return Facts(
        f"preact_resnet{depth}", f"pre-activation ResNet-{depth} (CIFAR)",
        partial(PreActivationResNet, depth, bottlenecks=bottlenecks), HE_IDENTITY, depth,
        parameters, multiply_adds,
        None if error is None else Result(error, None, f"{CIFAR}, median of five runs", "Table 2"),
        image_size=32, num_classes=10,
    )  # fmt: skip


def _efficientnet(
    variant: int, depth: int, parameters: int, multiply_adds: int, top1: float, top5: float,
    released: tuple[float, float],
) -> Facts:  # fmt: skip
    name = f"efficientnet_b{variant}"
    return Facts(
        name, f"EfficientNet-B{variant}", partial(EfficientNet, variant), TAN, depth, parameters,
        multiply_adds, Result(top1, top5, ONE_CROP, "Table 2"), released, name,
        image_size=VARIANTS[variant].image_size,
    )  # fmt: skip


FACTS = [
    Facts(
        "lenet5_1998", "LeNet-5 (1998)", LeNet5, LECUN, 7, 60_000, 328_096,
        Result(0.95, None, "MNIST, test images, no distortions", "Figure 9"),
        in_channels=1, image_size=32, num_classes=10,
        counted="layers without the input, as the paper does; five are convolutions or dense",
    ),
    Facts(
        "lenet5", "LeNet-5, modern", ModernLeNet5, LECUN, 5, 61_706, 416_520,
        in_channels=1, image_size=32, num_classes=10,
    ),
    Facts(
        "alexnet_2012", "AlexNet (2012, two towers)", TwoTowerAlexNet, KRIZHEVSKY, 8, 60_965_224,
        724_406_816, Result(40.7, 18.2, TEN_CROPS, "Table 2"), image_size=227,
        entry=Result(None, 15.3, f"seven networks, two trained on more images, {TEST}", "Table 2"),
    ),
    Facts(
        "alexnet", "AlexNet, one tower", AlexNet, ONE_TOWER, 8, 61_100_840, 714_188_480,
        None, (43.478, 20.934), "alexnet",
    ),
    *_vgg(11, 132_863_336, 7_609_090_048, 29.6, 10.4, (30.980, 11.372), (29.630, 10.190)),
    *_vgg(13, 133_047_848, 11_308_466_176, 28.7, 9.9, (30.072, 10.754), (28.414, 9.626)),
    *_vgg(
        16, 138_357_544, 15_470_264_320, 25.6, 8.1, (28.408, 9.618), (26.640, 8.484),
        Result(None, 7.3, f"seven networks of several depths, {TEST}", "Table 6"),
    ),
    *_vgg(19, 143_667_240, 19_632_062_464, 25.5, 8.0, (27.624, 9.124), (25.782, 8.158)),
    Facts(
        "googlenet_2014", "GoogLeNet (2014)", partial(GoogLeNet, batch_norm=False), SZEGEDY, 22,
        6_998_552, 1_582_671_872, Result(None, 10.07, ONE_CROP, "Table 3"),
        entry=Result(None, 6.67, f"seven networks, 144 crops, {TEST}", "Table 3"),
    ),
    Facts(
        "googlenet", "GoogLeNet with batch norm", GoogLeNet, SZEGEDY, 22, 6_624_904,
        1_498_376_192, None, (30.222, 10.470), "googlenet",
    ),
    _resnet(
        18, 11_689_512, 1_814_073_344,
        Result(27.88, None, f"{TEN_CROPS}, shortcuts without weights", "Table 2"),
        (30.242, 10.922),
    ),
    _resnet(
        34, 21_797_672, 3_663_761_408, Result(24.52, 7.46, TEN_CROPS, "Table 3"), (26.686, 8.580),
    ),
    _resnet(
        50, 25_557_032, 4_089_184_256, Result(22.85, 6.71, TEN_CROPS, "Table 3"), (23.870, 7.138),
    ),
    _resnet(
        101, 44_549_160, 7_801_405_440, Result(21.75, 6.05, TEN_CROPS, "Table 3"), (22.626, 6.454),
    ),
    _resnet(
        152, 60_192_808, 11_513_626_624, Result(21.43, 5.71, TEN_CROPS, "Table 3"),
        (21.688, 5.954),
        Result(None, 3.57, f"six networks of several depths, {TEST}", "Table 5"),
    ),
    Facts(
        "plain18", "plain, 18 layers", partial(ResNet, 18, shortcuts=False), HE, 18, 11_515_688,
        1_794_805_760, Result(27.94, None, TEN_CROPS, "Table 2"),
    ),
    Facts(
        "plain34", "plain, 34 layers", partial(ResNet, 34, shortcuts=False), HE, 34, 21_623_848,
        3_644_493_824, Result(28.54, 10.02, TEN_CROPS, "Table 3"),
    ),
    *_cifar(20, 269_722, 40_551_040, 8.75),
    *_cifar(32, 464_154, 68_862_592, 7.51),
    *_cifar(44, 658_586, 97_174_144, 7.17),
    *_cifar(56, 853_018, 125_485_696, 6.97),
    *_cifar(110, 1_727_962, 252_887_680, 6.43),
    _preactivation(20, 272_282, 40_813_184, None),
    _preactivation(56, 855_578, 125_747_840, None),
    _preactivation(110, 1_730_522, 253_149_824, 6.37),
    _preactivation(164, 1_703_258, 247_646_720, 5.46, bottlenecks=True),
    Facts(
        "squeezenet1_0", "SqueezeNet 1.0", SqueezeNet, IANDOLA, 18, 1_248_424, 818_924_576,
        Result(42.5, 19.7, ONE_CROP, "Table 2"), (41.908, 19.580), "squeezenet1_0",
    ),
    Facts(
        "wide_resnet50_2", "Wide ResNet-50-2", wide_resnet50_2, ZAGORUYKO, 50, 68_883_240,
        11_398_021_120, Result(21.9, 6.03, ONE_CROP, "Table 8"), (21.532, 5.914), "wide_resnet50_2",
    ),
    Facts(
        "densenet121", "DenseNet-121", DenseNet, HUANG, 121, 7_978_856, 2_834_161_664,
        Result(25.02, 7.71, ONE_CROP, "Table 3"), (25.566, 8.028), "densenet121",
    ),
    Facts(
        "resnext50_32x4d", "ResNeXt-50 32x4d", resnext50_32x4d, XIE, 50, 25_028_904,
        4_230_479_872, Result(22.2, None, ONE_CROP, "Table 3"), (22.382, 6.302),
        "resnext50_32x4d",
    ),
    Facts(
        "mobilenet_v1", "MobileNet V1", MobileNetV1, HOWARD, 28, 4_231_976, 568_740_352,
        Result(29.4, None, ONE_CROP, "Table 8"),
    ),
    Facts(
        "mobilenet_v2", "MobileNet V2", MobileNetV2, SANDLER, 53, 3_504_872, 300_774_272,
        Result(28.0, None, ONE_CROP, "Table 4"), (28.122, 9.714), "mobilenet_v2",
    ),
    Facts(
        "mobilenet_v3_large", "MobileNet V3-Large", partial(MobileNetV3, "large"), HOWARD_V3, 64,
        5_483_032, 216_589_760, Result(24.8, None, ONE_CROP, "Table 3"), (25.958, 8.660),
        "mobilenet_v3_large",
    ),
    Facts(
        "mobilenet_v3_small", "MobileNet V3-Small", partial(MobileNetV3, "small"), HOWARD_V3, 54,
        2_542_856, 56_510_400, Result(32.6, None, ONE_CROP, "Table 3"), (32.332, 12.598),
        "mobilenet_v3_small",
    ),
    _efficientnet(0, 82, 5_288_548, 385_814_752, 22.9, 6.7, (22.308, 6.468)),
    _efficientnet(1, 116, 7_794_184, 686_802_832, 20.9, 5.6, (21.358, 5.814)),
    _efficientnet(2, 116, 9_109_994, 993_561_872, 19.9, 5.1, (19.392, 4.690)),
    _efficientnet(3, 131, 12_233_232, 1_827_141_392, 18.4, 4.3, (17.992, 3.946)),
    _efficientnet(4, 161, 19_341_616, 4_393_771_024, 17.1, 3.6, (16.616, 3.406)),
    _efficientnet(5, 195, 30_389_784, 10_266_384_752, 16.4, 3.3, (16.556, 3.372)),
    _efficientnet(6, 225, 43_040_704, 19_067_593_536, 16.0, 3.2, (15.992, 3.084)),
    _efficientnet(7, 274, 66_347_960, 37_745_884_192, 15.7, 3.0, (15.878, 3.092)),
    Facts(
        "vit_b_16", "ViT-B/16", vit_b_16, DOSOVITSKIY, 12, 86_567_656, 17_563_828_224,
        Result(
            22.09, None, "trained on ImageNet alone, fine-tuned at 384 x 384 pixels", "Table 5"
        ),
        (18.928, 4.682), "vit_b_16", counted=TRANSFORMER_LAYERS,
    ),
    Facts(
        "vit_mini", "a small ViT", vit_mini, DOSOVITSKIY, 6, 1_806_538, 125_341_824,
        image_size=32, num_classes=10, counted=TRANSFORMER_LAYERS,
    ),
    Facts(
        "vit_c_4gf", "ViT_C-4GF (hybrid)", vit_c_4gf, XIAO, 11, 17_754_136, 3_958_940_928,
        counted=TRANSFORMER_LAYERS,
    ),
    Facts(
        "hybrid_mini", "a small hybrid", hybrid_mini, XIAO, 5, 1_561_786, 108_125_952,
        image_size=32, num_classes=10, counted=TRANSFORMER_LAYERS,
    ),
    Facts(
        "convnext_tiny", "ConvNeXt-T", ConvNeXt, LIU, 59, 28_589_128, 4_455_531_264,
        Result(17.9, None, ONE_CROP, "Table 1"), (17.480, 3.854), "convnext_tiny",
    ),
]  # fmt: skip
