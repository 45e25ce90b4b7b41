import math

import numpy as np
import pytest
import torch
import torch.nn.functional as functional

from cnncourse import models
from cnncourse.models.lenet import C3_INPUTS, PartialConv2d, Squash, Subsampling, digit_codes


def test_connections_are_the_papers():
    # Section II.B gives each of these numbers
    connections = models.build("lenet5_1998").connections()
    assert connections == {
        "C1": 122_304, "S2": 5_880, "C3": 151_600, "S4": 2_000, "C5": 48_120, "F6": 10_164,
        "output": 840,
    }  # fmt: skip
    assert sum(connections.values()) == 340_908


def test_parameters_are_the_papers():
    model = models.build("lenet5_1998")
    stages = {**dict(model.features.named_children()), "F6": model.head.F6}
    assert {name: models.count_parameters(stage) for name, stage in stages.items()} == {
        "C1": 156, "S2": 12, "C3": 1_516, "S4": 32, "C5": 48_120, "F6": 10_164,
    }  # fmt: skip


def test_table_of_c3():
    # six maps see three neighbours, six see four, three see four apart, one sees all
    assert [len(row) for row in C3_INPUTS] == [3] * 6 + [4] * 9 + [6]
    seen = np.bincount([i for row in C3_INPUTS for i in row])
    assert seen.tolist() == [10] * 6  # each map of S2 is used equally often


def test_partial_convolution_is_one_convolution_for_each_map():
    layer = PartialConv2d(C3_INPUTS, 6, 5)
    torch.manual_seed(0)
    torch.nn.init.normal_(layer.weight)
    torch.nn.init.normal_(layer.bias)
    x = torch.randn(2, 6, 14, 14)
    y = layer(x)
    first = 0
    for i, row in enumerate(C3_INPUTS):
        kernels = layer.weight[first : first + len(row)]
        expected = functional.conv2d(x[:, list(row)], kernels[None], layer.bias[i : i + 1])
        torch.testing.assert_close(y[:, i : i + 1], expected, rtol=1e-4, atol=1e-4)
        first += len(row)


def test_subsampling_by_hand():
    layer = Subsampling(1)
    torch.nn.init.constant_(layer.weight, 0.5)
    torch.nn.init.constant_(layer.bias, 1.0)
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert layer(x)[0, 0].tolist() == [[6.0, 10.0], [22.0, 26.0]]  # (0 + 1 + 4 + 5) / 2 + 1 = 6


def test_squash_keeps_one():
    assert Squash()(torch.tensor([-1.0, 0.0, 1.0])).tolist() == pytest.approx([-1, 0, 1], abs=1e-4)


def test_pictures_of_the_digits_differ():
    codes = digit_codes()
    assert codes.shape == (10, 84)
    assert set(codes.unique().tolist()) == {-1.0, 1.0}
    distances = (codes[:, None] - codes).square().sum(2) / 4  # pixels that differ
    assert (distances + 100 * torch.eye(10)).min() >= 5


def test_cross_entropy_of_the_scores_is_the_papers_loss():
    # equation 9 without the constant: penalty of the right class, plus log of sum exp(-penalty)
    model = models.build("lenet5_1998").eval()
    scores = model(torch.randn(1, 1, 32, 32, generator=torch.Generator().manual_seed(0)))[0]
    penalties = (-scores).tolist()
    loss = penalties[3] + math.log(sum(math.exp(-penalty) for penalty in penalties))
    assert functional.cross_entropy(scores[None], torch.tensor([3])).item() == pytest.approx(loss)


def test_both_learn_a_batch_by_heart():
    torch.manual_seed(0)
    x = torch.randn(10, 1, 32, 32)
    labels = torch.arange(10)
    for name in ("lenet5", "lenet5_1998"):
        model = models.build(name)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        for _ in range(40):
            optimizer.zero_grad()
            functional.cross_entropy(model(x), labels).backward()
            optimizer.step()
        assert model(x).argmax(1).tolist() == labels.tolist(), name


@pytest.mark.parametrize("size", [28, 32])
def test_padding_makes_smaller_digits_fit(size):
    model = models.build("lenet5", image_size=size)
    assert models.stage_shapes(model)["C1"] == (6, 28, 28)
    assert models.count_parameters(model) == 61_706
