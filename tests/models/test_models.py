"""Every registered network: what it is made of, what comes out, and that it can learn."""

import inspect
import math
from functools import cache

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnncourse import models
from cnncourse.errors import ShapeError
from cnncourse.models.blocks import StochasticDepth
from cnncourse.models.measure import weightless

NAMES = models.names()
# the same code at another depth or width, which the costly tests leave out
SIBLINGS = {
    *("vgg13", "vgg16", "vgg19", "vgg11_bn", "vgg13_bn", "vgg16_bn", "resnet101", "resnet152"),
    *(f"efficientnet_b{variant}" for variant in range(1, 8)),
    *(f"{kind}{depth}" for kind in ("resnet", "plain") for depth in (32, 44, 110)),
    *("preact_resnet110", "wide_resnet50_2", "vit_b_16", "vit_c_4gf"),
}
ONE_OF_EACH = [name for name in NAMES if name not in SIBLINGS]


@cache
def without_numbers(name, **options):
    """Build on the meta device; the tests change none of them."""
    with torch.device("meta"):
        return models.build(name, **options)


def images(model):
    size = model.image_size if model.smallest is None else max(64, model.smallest)
    count = 1 if size == 224 else 2  # Transformers have no batch norm, which needs two
    generator = torch.Generator().manual_seed(0)
    return torch.randn(count, model.in_channels, size, size, generator=generator)


@pytest.mark.parametrize("name", NAMES)
def test_facts_are_what_the_network_has(name):
    facts = models.facts(name)
    model = without_numbers(name)
    assert models.count_parameters(model) == facts.parameters
    assert models.count_multiply_adds(model) == facts.multiply_adds
    assert (model.in_channels, model.image_size) == (facts.in_channels, facts.image_size)
    if facts.counted == "layers with weights on the longest path":
        assert models.count_depth(model) == facts.depth


@pytest.mark.parametrize("name", NAMES)
def test_docstring_gives_the_same_numbers(name):
    facts = models.facts(name)
    described = getattr(facts.builder, "func", facts.builder)  # below functools.partial
    text = inspect.getdoc(described).replace("\n", " ")
    if not name.endswith("_bn"):  # the paper's network, with norms of our own
        assert f"{facts.parameters:,}" in text
    assert f"{facts.multiply_adds:,}" in text


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_multiply_adds_agree_with_a_count_of_operations(name):
    model = weightless(without_numbers(name))
    x = torch.empty(1, model.in_channels, model.image_size, model.image_size, device="meta")
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(x)
    counted = counter.get_total_flops() // 2  # it counts multiplications and additions
    if name == "lenet5_1998":
        # 36 of the 96 kernels of C3 do not exist but are computed; what is no convolution or dense
        # layer (subsampling, the distances of the output) is not counted there
        counted += 6 * 14 * 14 + 16 * 5 * 5 + 840 - 36 * 25 * 10 * 10
    assert models.count_multiply_adds(model) == counted


@pytest.mark.parametrize("device", ["cpu", *["cuda"] * torch.cuda.is_available()])
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_every_parameter_learns(name, device):
    torch.manual_seed(0)
    facts = models.facts(name)
    channels = 1 if facts.in_channels == 3 else 3
    model = models.build(name, num_classes=7, in_channels=channels)
    for module in model.modules():  # what leaves parts out by chance
        if isinstance(module, nn.Dropout | StochasticDepth):
            module.eval()
    x = images(model).to(device)
    scores = model.to(device)(x)
    assert scores.shape == (len(x), 7)
    assert scores.isfinite().all()
    (scores * torch.randn(scores.shape, device=device)).sum().backward()
    for parameter, weight in model.named_parameters():
        assert weight.grad is not None, parameter
        assert 0 < weight.grad.norm() < math.inf, parameter  # NaN fails too


@pytest.mark.parametrize("name", NAMES)
def test_wrong_images_are_refused_by_name(name):
    model = without_numbers(name)
    size = model.image_size
    for shape in [(1, 2, size, size), (3, size, size), (1, model.in_channels, size, 0)]:
        with pytest.raises(ShapeError, match=rf"x: expected .*\(N, {model.in_channels}, ") as error:
            model(torch.empty(shape, device="meta"))
        assert str(shape) in str(error.value)
        assert str(model.image_size) in str(error.value)


@pytest.mark.parametrize("name", NAMES)
def test_the_smallest_images_are_as_stated(name):
    model = without_numbers(name).eval()
    if model.smallest is None:
        for size in (model.image_size - 1, model.image_size + 1):
            with pytest.raises(ShapeError, match="the only size it takes"):
                model(torch.empty(1, model.in_channels, size, size, device="meta"))
    elif model.smallest > 1:
        with pytest.raises(ShapeError, match=f"at least {model.smallest}"):
            model(torch.empty(1, model.in_channels, 300, model.smallest - 1, device="meta"))
        too_small = torch.empty(1, model.in_channels, 300, model.smallest - 1, device="meta")
        with pytest.raises(RuntimeError):
            model.head(model.features(too_small))


# --- sizes after the stages, from the papers' tables ---


def same_for(names, table):
    return dict.fromkeys(names, table)


TABLES = {
    # LeCun 1998, Figure 2
    "lenet5_1998": {
        "C1": (6, 28), "S2": (6, 14), "C3": (16, 10), "S4": (16, 5), "C5": (120, 1),
    },
    # Krizhevsky 2012, Section 3.5
    "alexnet_2012": {
        "conv1": (96, 55), "pool1": (96, 27), "conv2": (256, 27), "pool2": (256, 13),
        "conv3": (384, 13), "conv4": (384, 13), "conv5": (256, 13), "pool5": (256, 6),
    },
    # Simonyan and Zisserman, Table 1, sizes after the pools
    **same_for(
        ["vgg11", "vgg13_bn", "vgg16", "vgg19"],
        {
            "stage1": (64, 112), "stage2": (128, 56), "stage3": (256, 28),
            "stage4": (512, 14), "stage5": (512, 7),
        },
    ),
    # Szegedy 2015, Table 1
    **same_for(
        ["googlenet_2014", "googlenet"],
        {
            "conv1": (64, 112), "pool1": (64, 56), "conv2": (192, 56), "pool2": (192, 28),
            "inception3a": (256, 28), "inception3b": (480, 28), "pool3": (480, 14),
            "inception4a": (512, 14), "inception4b": (512, 14), "inception4c": (512, 14),
            "inception4d": (528, 14), "inception4e": (832, 14), "pool4": (832, 7),
            "inception5a": (832, 7), "inception5b": (1024, 7),
        },
    ),
    # He 2016, Table 1, and for CIFAR Section 4.2
    **same_for(
        ["resnet18", "resnet34", "plain34"],
        {
            "conv1": (64, 112), "conv2_x": (64, 56), "conv3_x": (128, 28),
            "conv4_x": (256, 14), "conv5_x": (512, 7),
        },
    ),
    **same_for(
        ["resnet50", "resnet101", "resnet152", "wide_resnet50_2", "resnext50_32x4d"],
        {
            "conv1": (64, 112), "conv2_x": (256, 56), "conv3_x": (512, 28),
            "conv4_x": (1024, 14), "conv5_x": (2048, 7),
        },
    ),
    **same_for(
        ["resnet20", "resnet110", "plain56", "preact_resnet56"],
        {"conv1": (16, 32), "stage1": (16, 32), "stage2": (32, 16), "stage3": (64, 8)},
    ),
    # Huang 2017, Table 1; channels from the growth rate of 32
    "densenet121": {
        "conv1": (64, 112), "pool1": (64, 56), "block1": (256, 56), "transition1": (128, 28),
        "block2": (512, 28), "transition2": (256, 14), "block3": (1024, 14),
        "transition3": (512, 7), "block4": (1024, 7),
    },
    # Iandola 2016, Table 1, but for 54 after pool1
    "squeezenet1_0": {
        "pool1": (96, 54), "fire2": (128, 54), "fire4": (256, 54), "pool4": (256, 27),
        "fire5": (256, 27), "fire7": (384, 27), "fire8": (512, 27), "pool8": (512, 13),
        "fire9": (512, 13),
    },
    # Howard 2017, Table 1; Sandler 2018, Table 2; Howard 2019, Tables 1 and 2
    "mobilenet_v1": {
        "conv1": (32, 112), "separable1": (64, 112), "separable2": (128, 56),
        "separable4": (256, 28), "separable6": (512, 14), "separable12": (1024, 7),
        "separable13": (1024, 7),
    },
    "mobilenet_v2": {
        "conv1": (32, 112), "stage1": (16, 112), "stage2": (24, 56), "stage3": (32, 28),
        "stage4": (64, 14), "stage5": (96, 14), "stage6": (160, 7), "stage7": (320, 7),
        "conv2": (1280, 7),
    },
    "mobilenet_v3_large": {
        "conv1": (16, 112), "bneck1": (16, 112), "bneck2": (24, 56), "bneck4": (40, 28),
        "bneck7": (80, 14), "bneck11": (112, 14), "bneck13": (160, 7), "conv2": (960, 7),
    },
    "mobilenet_v3_small": {
        "conv1": (16, 112), "bneck1": (16, 56), "bneck2": (24, 28), "bneck4": (40, 14),
        "bneck7": (48, 14), "bneck9": (96, 7), "conv2": (576, 7),
    },
    # Tan and Le 2019, Table 1: it gives the sizes before each stage
    "efficientnet_b0": {
        "stage1": (32, 112), "stage2": (16, 112), "stage3": (24, 56), "stage4": (40, 28),
        "stage5": (80, 14), "stage6": (112, 14), "stage7": (192, 7), "stage8": (320, 7),
        "stage9": (1280, 7),
    },
    # Liu 2022, Table 9
    "convnext_tiny": {
        "stem": (96, 56), "stage1": (96, 56), "stage2": (192, 28), "stage3": (384, 14),
        "stage4": (768, 7),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_stages_are_as_in_the_papers_table(name):
    shapes = models.stage_shapes(without_numbers(name))
    expected = {stage: (channels, n, n) for stage, (channels, n) in TABLES[name].items()}
    assert {stage: shapes[stage] for stage in expected} == expected


@pytest.mark.parametrize(
    ("name", "tokens"),
    [("vit_b_16", 1 + 14 * 14), ("vit_c_4gf", 1 + 14 * 14), ("vit_mini", 65), ("hybrid_mini", 65)],
)
def test_transformers_keep_their_tokens(name, tokens):
    model = without_numbers(name)
    dim = model.head.fc.in_features
    assert set(models.stage_shapes(model).values()) == {(tokens, dim)}


@pytest.mark.parametrize(
    ("name", "size", "jump"),
    [
        ("lenet5_1998", 32, 4), ("lenet5", 32, 4), ("alexnet", 195, 32), ("alexnet_2012", 195, 32),
        ("vgg16", 212, 32), ("vgg19", 268, 32), ("resnet18", 435, 32), ("resnet34", 899, 32),
        ("resnet50", 427, 32), ("resnet101", 971, 32), ("resnet152", 1451, 32),
        ("mobilenet_v1", 315, 32), ("resnet56", 249, 4), ("squeezenet1_0", 155, 16),
    ],
)  # fmt: skip
def test_receptive_fields_of_the_last_maps(name, size, jump):
    last = list(models.receptive_fields(without_numbers(name)).values())[-1]
    assert (last.size, last.jump) == (size, jump)


@pytest.mark.parametrize(
    ("name", "first"),
    [("efficientnet_b0", "stage2"), ("mobilenet_v3_large", "bneck4"), ("vit_b_16", "layers")],
)
def test_some_networks_see_the_whole_image_early(name, first):
    fields = models.receptive_fields(without_numbers(name))
    stages = list(fields)
    local = stages[: stages.index(first)]
    assert all(fields[stage] for stage in local)
    assert not any(fields[stage] for stage in stages[len(local) :])


def test_receptive_fields_agree_with_what_a_pixel_changes():
    # positive weights, no norms, averages for maxima: the gradient marks all that an output sees
    for name, size in [("alexnet", 256), ("resnet20", 128), ("googlenet", 448)]:
        model = models.build(name, num_classes=2).eval()
        for module in list(model.modules()):
            for child_name, child in module.named_children():
                if isinstance(child, nn.MaxPool2d):
                    window = child.kernel_size, child.stride, child.padding, child.ceil_mode
                    setattr(module, child_name, nn.AvgPool2d(*window))
                elif isinstance(child, nn.Conv2d):
                    nn.init.constant_(child.weight, 1 / math.prod(child.weight.shape[1:]))
        x = torch.ones(1, 3, size, size, requires_grad=True)
        y = model.features(x)
        middle = y.shape[2] // 2
        y[0, :, middle, middle].sum().backward()
        rows = x.grad[0].sum((0, 2)).nonzero()[:, 0]
        field = list(models.receptive_fields(without_numbers(name)).values())[-1]
        start = field.start + middle * field.jump
        assert (rows.min(), rows.max()) == (start, start + field.size - 1), name
