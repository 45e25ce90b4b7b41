"""The reference answers agree with the package's arithmetic, and with PyTorch's layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch

from cnncourse import shapes
from cnncourse.authoring.source import Exercise


def _reference(exercises: Mapping[str, Exercise]) -> dict[str, Callable]:
    made: dict[str, Callable] = {"np": np}
    for name, answer in exercises["10_cost"].answers.items():
        if name != "eight_times_fewer":
            exec(answer, made)
    return made


def test_counts_agree_with_the_package(exercises: Mapping[str, Exercise]) -> None:
    ours = _reference(exercises)
    out = shapes.conv_output_shape((9, 14), 3, 2, 1)
    values = 6 * out[0] * out[1]
    parameters, work, memory = ours["network_costs"](
        (4, 9, 14), [("conv", 6, 3, 2, 1, 2), ("dense", 5)], batch=3
    )
    assert parameters == shapes.conv_parameters(4, 6, 3, groups=2) + shapes.dense_parameters(
        values, 5
    )
    assert work == shapes.conv_multiply_adds(4, 6, 3, out, groups=2) + shapes.dense_multiply_adds(
        values, 5
    )
    assert memory == 3 * 4 * (4 * 9 * 14 + values + 5)


def test_a_fused_layer_does_what_pytorchs_two_layers_do(exercises: Mapping[str, Exercise]) -> None:
    torch.manual_seed(0)
    convolution, norm = torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4)
    torch.nn.init.normal_(norm.weight)
    torch.nn.init.normal_(norm.bias)
    x = torch.randn(8, 3, 7, 7)
    norm(convolution(x))  # leaves running statistics behind
    expected = norm.eval()(convolution(x))
    tensors = (convolution.weight, convolution.bias, norm.running_mean, norm.running_var,
               norm.weight, norm.bias)  # fmt: skip
    weight, bias = _reference(exercises)["fuse_batch_norm"](
        *(tensor.detach().numpy() for tensor in tensors), norm.eps
    )
    fused = torch.nn.functional.conv2d(x, torch.tensor(weight), torch.tensor(bias))
    torch.testing.assert_close(fused, expected, rtol=1e-4, atol=1e-5)


def test_eight_bits_are_those_of_pytorch(exercises: Mapping[str, Exercise]) -> None:
    ours = _reference(exercises)
    weight = np.random.default_rng(2).normal(size=(3, 2, 5, 5)).astype(np.float32)
    q, scale = ours["quantize"](weight)
    theirs = torch.fake_quantize_per_channel_affine(
        torch.tensor(weight), torch.tensor(scale), torch.zeros(3, dtype=torch.int32), 0, -127, 127
    )
    np.testing.assert_allclose(ours["dequantize"](q, scale), theirs.numpy(), rtol=1e-6)
