"""First weights: their spread, their bounds, their fans."""

import math

import numpy as np
import pytest
import torch

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers import fans, glorot_normal, glorot_uniform, he_normal, he_uniform

SHAPES = [(300, 200), (64, 32, 3, 3), (40, 30, 7), (8, 16, 3, 5, 2)]
# ours, PyTorch's, numerator of the variance, which fans share it
ALL = [
    (he_normal, torch.nn.init.kaiming_normal_, lambda fan_in, fan_out: 2 / fan_in),
    (he_uniform, torch.nn.init.kaiming_uniform_, lambda fan_in, fan_out: 2 / fan_in),
    (glorot_normal, torch.nn.init.xavier_normal_, lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
    (glorot_uniform, torch.nn.init.xavier_uniform_, lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
]
every = pytest.mark.parametrize(("ours", "theirs", "variance"), ALL, ids=lambda f: f.__name__)


def test_fans_by_hand():
    assert fans((84, 120)) == (120, 84)
    assert fans((16, 6, 5, 5)) == (6 * 25, 16 * 25)
    assert fans((32, 1, 3, 3)) == (9, 288)  # depthwise


@pytest.mark.parametrize("shape", SHAPES)
def test_fans_agree_with_pytorch(shape):
    assert fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


@every
@pytest.mark.parametrize("shape", SHAPES)
def test_variance_is_the_formula_and_that_of_pytorch(ours, theirs, variance, shape):
    drawn = ours(shape, rng=0)
    assert drawn.shape == shape
    wanted = variance(*fans(shape))
    # the variance of n numbers spreads by about sqrt(2 / n) of itself; the mean by its own root
    n = drawn.size
    assert abs(drawn.var() / wanted - 1) < 4 * math.sqrt(2 / n)
    assert abs(drawn.mean()) < 4 * math.sqrt(wanted / n)
    torch.manual_seed(0)
    options = {"nonlinearity": "relu"} if "kaiming" in theirs.__name__ else {}
    reference = theirs(torch.empty(shape, dtype=torch.float64), **options).numpy()
    assert abs(reference.var() / wanted - 1) < 4 * math.sqrt(2 / n)


@every
def test_distribution_is_the_named_one(ours, theirs, variance):
    drawn = ours((500, 400), rng=1) / math.sqrt(variance(400, 500))
    if ours.__name__.endswith("uniform"):
        assert np.abs(drawn).max() <= math.sqrt(3)
        assert np.abs(drawn).max() > math.sqrt(3) * 0.999
    else:
        assert abs((np.abs(drawn) < 1).mean() - 0.6827) < 0.005
        assert np.abs(drawn).max() > 3.5


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_seed_and_type(ours, theirs, variance, dtype):
    first = ours((3, 4), 5, dtype)
    assert first.dtype == dtype
    assert (first == ours((3, 4), np.random.default_rng(5), dtype)).all()
    assert (first != ours((3, 4), 6, dtype)).all()
    assert (ours((3, 4), 5, np.float32) == ours((3, 4), 5).astype(np.float32)).all()


@every
def test_bad_arguments(ours, theirs, variance):
    with pytest.raises(ShapeError, match=r"^shape: expected at least two axes"):
        ours((3,))
    with pytest.raises(ArgumentError, match=r"^shape: expected an integer of at least 1"):
        ours((3, 0))
    with pytest.raises(ArgumentError, match=r"^dtype: expected float32 or float64, got"):
        ours((3, 4), dtype=np.float16)
