"""Convolution over time: what the papers claim of it, on random clips."""

from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models import build, count_parameters
from cnncourse.models.video import (
    Conv2Plus1d,
    FrameAverage,
    InflatedConv,
    c3d,
    frame_net,
    inflate,
    middle_channels,
    r2plus1d,
)

BUILDERS = {
    "c3d": c3d,
    "r2plus1d": r2plus1d,
    "inflated": lambda n, c: inflate(frame_net(n, c)),
    "frames": lambda n, c: FrameAverage(frame_net(n, c)),
}


@pytest.mark.parametrize("build_one", BUILDERS.values(), ids=BUILDERS)
def test_scores_and_a_gradient_at_every_parameter(build_one):
    torch.manual_seed(0)
    network = build_one(5, 3)
    scores = network(torch.rand(2, 3, 6, 12, 16))
    assert scores.shape == (2, 5)
    functional.cross_entropy(scores, torch.tensor([1, 4])).backward()
    assert all(w.grad is not None and w.grad.any() for w in network.parameters())


def test_parameters_in_closed_form():
    widths = (1, 8, 16, 32)
    pairs = list(pairwise(widths))
    outside = 2 * (8 + 16 + 32) + 32 * 4 + 4  # norms and the dense layer
    assert count_parameters(c3d(4)) == 27 * sum(a * b for a, b in pairs) + outside
    between = [27 * a * b // (9 * a + 3 * b) for a, b in pairs]
    factorised = sum(
        m * (9 * a + 3 * b) + 2 * m for (a, b), m in zip(pairs, between, strict=True)
    )
    assert count_parameters(r2plus1d(4)) == factorised + outside


@pytest.mark.parametrize(("a", "b"), [(3, 64), (64, 64), (64, 128), (256, 512)])
def test_factorised_costs_what_3d_costs_and_not_a_channel_more(a, b):
    factorised = Conv2Plus1d(a, b)
    weights = factorised.space.weight.numel() + factorised.time.weight.numel()
    assert weights <= 27 * a * b < weights + 9 * a + 3 * b


def test_middle_channels_are_at_least_one():
    assert middle_channels(1, 1, frames=1, kernel_size=1) == 1


def test_factorised_is_one_over_space_then_one_over_time():
    torch.manual_seed(0)
    layer, x = Conv2Plus1d(2, 3).eval(), torch.rand(1, 2, 4, 5, 6)
    frames = torch.stack([
        functional.conv2d(x[:, :, t], layer.space.weight[:, :, 0], padding=1) for t in range(4)
    ], dim=2)  # fmt: skip
    frames = (frames / (1 + layer.norm.eps) ** 0.5).relu()
    pixels = frames.permute(0, 3, 4, 1, 2).flatten(0, 2)  # (N H W, C, D)
    expected = functional.conv1d(pixels, layer.time.weight[..., 0, 0], padding=1)
    expected = expected.unflatten(0, (1, 5, 6)).permute(0, 3, 4, 1, 2)
    torch.testing.assert_close(layer(x), expected)


def test_c3d_keeps_all_frames_until_the_second_pool():
    x = torch.rand(1, 1, 8, 16, 16)
    shapes = []
    for stage in c3d(4).features:
        x = stage(x)
        shapes.append(tuple(x.shape[1:]))
    assert shapes == [(8, 8, 8, 8), (16, 4, 4, 4), (32, 4, 4, 4)]


def _random_statistics(network: nn.Module) -> nn.Module:
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 1.5)
    return network.eval()


@pytest.mark.parametrize(
    ("name", "frames"), [("resnet18", 3), ("mobilenet_v2", 5), ("googlenet", 3)]
)
def test_an_inflated_network_sees_a_still_clip_as_the_image(name, frames):
    """The fixed point of a boring video, at the ends of the clip too."""
    torch.manual_seed(1)
    flat = _random_statistics(build(name, num_classes=7)).double()
    before = [weight.clone() for weight in flat.parameters()]
    image = torch.rand(1, 3, 48, 64, dtype=torch.float64)
    with torch.no_grad():
        deep = inflate(flat, frames)
        still = deep(image[:, :, None].expand(-1, -1, 3, -1, -1))
        torch.testing.assert_close(still, flat(image), rtol=1e-9, atol=1e-9)
    assert not deep.training
    assert all(map(torch.equal, before, flat.parameters()))


def test_zeros_beyond_the_ends_of_a_clip_would_break_the_fixed_point():
    torch.manual_seed(0)
    flat = nn.Conv2d(1, 2, 3, padding=1, bias=False)
    image = torch.rand(1, 1, 5, 5)
    still = image[:, :, None].expand(-1, -1, 4, -1, -1)
    deep = InflatedConv(flat)
    copies = deep(still)
    zeros = functional.conv3d(still, deep.weight, padding=1)
    for t in range(4):
        torch.testing.assert_close(copies[:, :, t], flat(image))
    torch.testing.assert_close(zeros[:, :, 1], flat(image))
    torch.testing.assert_close(zeros[:, :, 0], flat(image) * 2 / 3)


def test_inflation_keeps_stride_groups_dilation_and_bias():
    torch.manual_seed(0)
    flat = nn.Conv2d(4, 6, (3, 5), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2)
    image = torch.rand(2, 4, 12, 16)
    still = image[:, :, None].expand(-1, -1, 3, -1, -1)
    torch.testing.assert_close(InflatedConv(flat, 5)(still)[:, :, 1], flat(image))


def test_frames_by_themselves_do_not_see_the_order():
    torch.manual_seed(0)
    blind, sighted = FrameAverage(frame_net(4)).eval(), c3d(4).eval()
    clips = torch.rand(3, 1, 8, 16, 16)
    shuffled = clips[:, :, torch.randperm(8)]
    torch.testing.assert_close(blind(clips), blind(shuffled))
    assert (sighted(clips) - sighted(shuffled)).abs().max() > 1e-4


def test_bad_input_is_named():
    with pytest.raises(ShapeError, match=r"x: expected clips of shape \(N, 1, D, H, W\)"):
        c3d(4)(torch.zeros(1, 3, 8, 16, 16))
    with pytest.raises(ShapeError, match="clips"):
        FrameAverage(frame_net(4))(torch.zeros(1, 1, 16, 16))
    with pytest.raises(ArgumentError, match="frames: expected an odd"):
        inflate(frame_net(4), frames=2)
    with pytest.raises(ArgumentError, match="network: expected layers"):
        inflate(nn.Sequential(nn.Conv2d(1, 1, 3), nn.InstanceNorm2d(1)))
    with pytest.raises(ArgumentError, match="conv: expected a padding of zeros"):
        inflate(nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular"))
    with pytest.raises(ArgumentError, match="mean over the whole image"):
        inflate(nn.AdaptiveAvgPool2d(2))
