"""The temporal network: the future never changes the past, and it sees what `shapes` says."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models import count_parameters
from cnncourse.models.tcn import TCN, CausalConv1d, SeriesClassifier, TemporalBlock

STRUCTURES = [(1, 2, 1), (3, 3, 4), (4, 5, 3)]  # depth, kernel_size, channels


@settings(deadline=None, max_examples=25)
@given(
    depth=st.integers(1, 4), kernel_size=st.integers(1, 4), now=st.integers(0, 38),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_the_future_never_changes_the_past(depth, kernel_size, now, seed):
    torch.manual_seed(seed)
    network = TCN(2, 3, 4, depth, kernel_size).eval()
    x = torch.randn(2, 2, 40)
    changed = x.clone()
    changed[:, :, now + 1 :] = 100 * torch.randn(2, 2, 39 - now)
    with torch.no_grad():
        before, after = network(x), network(changed)
    assert torch.equal(before[:, :, : now + 1], after[:, :, : now + 1])
    assert not torch.equal(before, after)


@pytest.mark.parametrize(("depth", "kernel_size", "channels"), STRUCTURES)
def test_the_receptive_field_is_what_the_gradient_reaches(depth, kernel_size, channels):
    torch.manual_seed(0)
    network = TCN(1, 1, channels, depth, kernel_size)
    field = network.field()
    assert field.size == 1 + 2 * (kernel_size - 1) * (2**depth - 1)
    assert (field.jump, field.start) == (1, 1 - field.size)
    for parameter in network.parameters():  # so that no ReLU is shut and nothing cancels
        parameter.data.abs_()
    length = field.size + 20
    x = torch.rand(1, 1, length, requires_grad=True)
    now = length - 5
    network(x)[0, 0, now].backward()
    seen = x.grad[0, 0].nonzero()[:, 0]
    assert seen.tolist() == list(range(now - field.size + 1, now + 1))


@pytest.mark.parametrize(("kernel_size", "dilation"), [(1, 1), (2, 1), (3, 4), (5, 2)])
def test_a_causal_convolution_is_one_over_a_series_with_zeros_before_it(kernel_size, dilation):
    torch.manual_seed(0)
    layer = CausalConv1d(3, 4, kernel_size, dilation)
    x = torch.randn(2, 3, 17)
    y = layer(x)
    assert y.shape == (2, 4, 17)
    for time in (0, 5, 16):  # equation 1: the sum over i of f(i) x(s - d i)
        expected = layer.bias.clone().expand(2, 4)
        for tap in range(kernel_size):
            past = time - dilation * (kernel_size - 1 - tap)
            if past >= 0:
                expected = expected + x[:, :, past] @ layer.weight[:, :, tap].T
        torch.testing.assert_close(y[:, :, time], expected)


def test_parameters_in_closed_form_and_a_gradient_at_each():
    torch.manual_seed(0)
    network = SeriesClassifier(2, 5, channels=6, depth=3, kernel_size=3)

    def convolution(inputs):  # direction, norm of each filter, bias
        return 6 * inputs * 3 + 6 + 6

    blocks = convolution(2) + 5 * convolution(6)
    assert count_parameters(network) == blocks + (6 * 2 + 6) + (5 * 6 + 5)
    scores = network(torch.randn(10, 2, 30))
    assert scores.shape == (10, 5)
    functional.cross_entropy(scores, torch.arange(10) % 5).backward()
    assert all(p.grad is not None and p.grad.any() for p in network.parameters())


def test_a_block_is_figure_1b():
    torch.manual_seed(0)
    block = TemporalBlock(2, 4, kernel_size=3, dilation=2)
    x = torch.randn(1, 2, 12)
    first = torch.relu(block.residual.conv1(x))
    second = torch.relu(block.residual.conv2(first))
    torch.testing.assert_close(block(x), torch.relu(second + block.shortcut(x)))
    assert isinstance(TemporalBlock(4, 4, 3, 1).shortcut, torch.nn.Identity)


def test_dropout_leaves_out_whole_channels():
    torch.manual_seed(0)
    block = TemporalBlock(3, 32, 3, 1, dropout=0.5)
    kept = block.residual.dropout1(torch.ones(1, 32, 9))[0]
    assert set(kept.unique().tolist()) == {0.0, 2.0}
    assert torch.equal(kept, kept[:, :1].expand_as(kept))


def test_bad_input_is_named():
    with pytest.raises(ShapeError, match=r"x: expected series of shape \(N, 3, L\), got \(3, 9\)"):
        CausalConv1d(3, 4, 2)(torch.zeros(3, 9))
    with pytest.raises(ShapeError, match=r"\(N, 2, L\), got \(1, 3, 9\)"):
        TCN(2, 1, 4, 2)(torch.zeros(1, 3, 9))
    with pytest.raises(ArgumentError, match="depth: expected at least 1 block, got 0"):
        TCN(1, 1, 4, 0)
