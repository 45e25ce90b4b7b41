"""Normalisation: bring numbers to mean 0 and variance 1, then to a learned mean and scale.

The three differ only in which numbers share a mean: batch norm takes each channel over the whole
batch, layer norm each sample over its last axes, group norm each sample over groups of channels.

    y = weight (x - mean) / sqrt(variance + eps) + bias

Sums are taken in float64 also for float32 input; the result has the input's type. NaN goes through
to all numbers that share its mean. A batch of nothing gives a batch of nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers.arrays import Array, as_floats
from cnncourse.layers.checks import check_shape, float_type, number
from cnncourse.layers.module import Layer
from cnncourse.shapes import per_axis

Axes = tuple[int, ...]


# --- what the three share ---


def _sum(x: Array, axes: Axes) -> Array:
    return x.sum(axis=axes, dtype=np.float64).astype(x.dtype)


def _mean(x: Array, axes: Axes) -> Array:
    count = math.prod(x.shape[axis] for axis in axes)
    total = x.sum(axis=axes, keepdims=True, dtype=np.float64)
    return (total / max(1, count)).astype(x.dtype)


def _standardize(x: Array, axes: Axes, eps: float) -> tuple[Array, Array]:
    """Give x with mean 0 and variance 1 over `axes`, and what it was multiplied by."""
    centred = x - _mean(x, axes)
    scale = 1 / np.sqrt(_mean(centred**2, axes) + eps)
    return centred * scale, scale


def _standardize_backward(grad: Array, standard: Array, scale: Array, axes: Axes) -> Array:
    """Take out of the gradient what the mean and the variance would undo."""
    return scale * (grad - _mean(grad, axes) - standard * _mean(grad * standard, axes))


def _standardize_loop(values: Array, eps: float) -> list[float]:
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    return [(value - mean) / math.sqrt(variance + eps) for value in values]


def _scale_and_shift(
    shape: Sequence[int], x: Array, weight: ArrayLike | None, bias: ArrayLike | None
) -> tuple[Array, Array]:
    """Give weight and bias checked, or the ones and zeros that stand for None."""
    _, weight = as_floats(x=x, weight=np.ones(shape, x.dtype) if weight is None else weight)
    _, bias = as_floats(x=x, bias=np.zeros(shape, x.dtype) if bias is None else bias)
    check_shape("weight", weight, shape)
    check_shape("bias", bias, shape)
    return weight, bias


def _channels(x: ArrayLike) -> Array:
    (x,) = as_floats(x=x)
    if x.ndim < 2:
        raise ShapeError("x", "an array of shape (N, C, ...)", x.shape)
    return x


def _along_channels(values: Array, x: Array) -> Array:
    """Shape one number per channel so that it meets the channels of x."""
    return values.reshape(-1, *[1] * (x.ndim - 2))


def _output_gradient(grad_output: ArrayLike, x: Array) -> Array:
    grad_output, _ = as_floats(grad_output=grad_output, x=x)
    check_shape("grad_output", grad_output, x.shape)
    return grad_output


# --- batch norm: a mean for each channel, over batch and pixels ---


def batch_norm_loop(
    x: ArrayLike,
    weight: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    eps: float = 1e-5,
) -> Array:
    """Do as `batch_norm` does with the statistics of the batch, one channel at a time.

    Parameters, result and errors are those of `batch_norm`, whose specification this is.

    Examples
    --------
    >>> batch_norm_loop(np.array([[1.0, 10.0], [3.0, 30.0]]), eps=0)
    array([[-1., -1.],
           [ 1.,  1.]])
    """
    x = _channels(x)
    weight, bias = _scale_and_shift(x.shape[1:2], x, weight, bias)
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        standard = _standardize_loop(x[:, c].ravel(), eps) if x.size else []
        y[:, c] = weight[c] * np.reshape(standard, x[:, c].shape) + bias[c]
    return y


def batch_norm(
    x: ArrayLike,
    running_mean: ArrayLike | None = None,
    running_var: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    eps: float = 1e-5,
) -> Array:
    """Normalise each channel, over the batch and all its pixels.

    Parameters
    ----------
    x : float array, shape (N, C, ...)
    running_mean, running_var : float array, shape (C,), optional
        Statistics to normalise with, as in use. Without them those of the batch are taken, as in
        training; `running_statistics` collects them.
    weight, bias : float array, shape (C,), optional
        1 and 0 if left out.
    eps : float
        Keeps a constant channel from a division by 0.

    Returns
    -------
    float array, the shape of `x`

    Raises
    ------
    ShapeError
        If a channel's statistics are wanted and the batch has only one number for it; or if the
        channels do not agree.
    ArgumentError
        If only one of the two running statistics is given.

    References
    ----------
    Ioffe and Szegedy, "Batch normalization", arXiv:1502.03167, algorithms 1 and 2.

    Examples
    --------
    >>> x = np.array([[1.0, 10.0], [3.0, 30.0]])
    >>> batch_norm(x, eps=0)
    array([[-1., -1.],
           [ 1.,  1.]])
    >>> batch_norm(x, running_mean=[1.0, 10.0], running_var=[4.0, 100.0], eps=0)
    array([[0., 0.],
           [1., 2.]])
    """
    x = _channels(x)
    weight, bias = _scale_and_shift(x.shape[1:2], x, weight, bias)
    standard, _, _ = _batch_standard(x, running_mean, running_var, eps)
    return _along_channels(weight, x) * standard + _along_channels(bias, x)


def batch_norm_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    running_mean: ArrayLike | None = None,
    running_var: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    eps: float = 1e-5,
) -> tuple[Array, Array, Array]:
    """Give the gradients of `batch_norm`.

    With the batch's own statistics every number of a channel depends on every other; running
    statistics are constants.

    Parameters
    ----------
    grad_output : float array, the shape of `x`
    x, running_mean, running_var, weight, eps
        As in `batch_norm`.

    Returns
    -------
    grad_x, grad_weight, grad_bias : float arrays
        Of shapes (N, C, ...), (C,) and (C,).

    Examples
    --------
    >>> x = np.array([[1.0], [3.0]])
    >>> batch_norm_backward(np.array([[1.0], [1.0]]), x)[0]  # moving both moves nothing
    array([[0.],
           [0.]])
    """
    x = _channels(x)
    grad_output = _output_gradient(grad_output, x)
    weight, _ = _scale_and_shift(x.shape[1:2], x, weight, None)
    standard, scale, axes = _batch_standard(x, running_mean, running_var, eps)
    grad_standard = _along_channels(weight, x) * grad_output
    if running_mean is None:
        grad_x = _standardize_backward(grad_standard, standard, scale, axes)
    else:
        grad_x = scale * grad_standard
    return grad_x, _sum(grad_output * standard, axes), _sum(grad_output, axes)


def _batch_standard(
    x: Array, running_mean: ArrayLike | None, running_var: ArrayLike | None, eps: float
) -> tuple[Array, Array, Axes]:
    """Give x standardised, what it was multiplied by, and the axes of a channel's numbers."""
    eps = number("eps", eps)
    axes = (0, *range(2, x.ndim))
    if running_mean is None and running_var is None:
        _check_spread(x)
        return *_standardize(x, axes, eps), axes
    mean, variance = _statistics(x, running_mean, running_var)
    scale = _along_channels(1 / np.sqrt(variance + eps), x)
    return (x - _along_channels(mean, x)) * scale, scale, axes


def _statistics(
    x: Array, running_mean: ArrayLike | None, running_var: ArrayLike | None
) -> tuple[Array, Array]:
    if running_mean is None or running_var is None:
        raise ArgumentError("running_mean and running_var", "both or neither", "one of them")
    _, mean, variance = as_floats(x=x, running_mean=running_mean, running_var=running_var)
    check_shape("running_mean", mean, x.shape[1:2])
    check_shape("running_var", variance, x.shape[1:2])
    if (variance < 0).any():
        raise ArgumentError("running_var", "no negative variance", variance.min())
    return mean, variance


def _check_spread(x: Array) -> None:
    if x.size == x.shape[1]:
        raise ShapeError("x", "more than one number for each channel, to have a spread", x.shape)


def _share(argument: str, value: float) -> float:
    if not number(argument, value) <= 1:
        raise ArgumentError(argument, "a number from 0 to 1", value)
    return value


def running_statistics(
    x: ArrayLike, running_mean: ArrayLike, running_var: ArrayLike, momentum: float = 0.1
) -> tuple[Array, Array]:
    """Move the running statistics towards those of a batch, as PyTorch does.

    Parameters
    ----------
    x : float array, shape (N, C, ...)
        A batch of nothing moves nothing.
    running_mean, running_var : float array, shape (C,)
    momentum : float
        How far to move, from 0 to 1: new = (1 - momentum) old + momentum batch.

    Returns
    -------
    running_mean, running_var : float array, shape (C,)
        New arrays. The batch's variance is the unbiased one (divided by n - 1), though `batch_norm`
        itself divides by n.

    Raises
    ------
    ShapeError
        If the batch has only one number for a channel.

    Examples
    --------
    >>> running_statistics([[1.0], [3.0]], running_mean=[0.0], running_var=[1.0], momentum=0.5)
    (array([1.]), array([1.5]))
    """
    x = _channels(x)
    mean, variance = _statistics(x, running_mean, running_var)
    momentum = _share("momentum", momentum)
    _check_spread(x)
    if not x.size:
        return mean.copy(), variance.copy()
    axes = (0, *range(2, x.ndim))
    n = x.size // x.shape[1]
    batch_mean = _mean(x, axes)
    batch_variance = _mean((x - batch_mean) ** 2, axes) * (n / (n - 1))
    return (
        (1 - momentum) * mean + momentum * batch_mean.ravel(),
        (1 - momentum) * variance + momentum * batch_variance.ravel(),
    )


# --- layer norm: a mean for each sample, over its last axes ---


def layer_norm_loop(
    x: ArrayLike,
    normalized_shape: int | Sequence[int],
    weight: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    eps: float = 1e-5,
) -> Array:
    """Do as `layer_norm` does, one sample at a time.

    Parameters, result and errors are those of `layer_norm`, whose specification this is.

    Examples
    --------
    >>> layer_norm_loop(np.array([[1.0, 3.0], [10.0, 30.0]]), 2, eps=0)
    array([[-1.,  1.],
           [-1.,  1.]])
    """
    x, shape, axes = _last_axes(x, normalized_shape)
    weight, bias = _scale_and_shift(shape, x, weight, bias)
    y = np.empty_like(x)
    for sample in np.ndindex(x.shape[: -len(axes)]):
        standard = np.reshape(_standardize_loop(x[sample].ravel(), eps), shape)
        y[sample] = weight * standard + bias
    return y


def layer_norm(
    x: ArrayLike,
    normalized_shape: int | Sequence[int],
    weight: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    eps: float = 1e-5,
) -> Array:
    """Normalise over the last axes, each sample (or each position of a sequence) by itself.

    Parameters
    ----------
    x : float array, shape (..., *normalized_shape)
    normalized_shape : int or sequence of int
        The sizes of the axes that share a mean.
    weight, bias : float array, shape `normalized_shape`, optional
        1 and 0 if left out.
    eps : float

    Returns
    -------
    float array, the shape of `x`

    Raises
    ------
    ShapeError
        If the last axes of `x` are not `normalized_shape`.

    References
    ----------
    Ba, Kiros and Hinton, "Layer normalization", arXiv:1607.06450.

    Examples
    --------
    >>> layer_norm(np.array([[1.0, 3.0], [10.0, 30.0]]), 2, eps=0)
    array([[-1.,  1.],
           [-1.,  1.]])
    """
    x, shape, axes = _last_axes(x, normalized_shape)
    weight, bias = _scale_and_shift(shape, x, weight, bias)
    standard, _ = _standardize(x, axes, number("eps", eps))
    return weight * standard + bias


def layer_norm_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    normalized_shape: int | Sequence[int],
    weight: ArrayLike | None = None,
    eps: float = 1e-5,
) -> tuple[Array, Array, Array]:
    """Give the gradients of `layer_norm`.

    Parameters
    ----------
    grad_output : float array, the shape of `x`
    x, normalized_shape, weight, eps
        As in `layer_norm`.

    Returns
    -------
    grad_x, grad_weight, grad_bias : float arrays
        The last two of shape `normalized_shape`.

    Examples
    --------
    >>> grads = layer_norm_backward(np.array([[1.0, 0.0]]), np.array([[-1.0, 1.0]]), 2, eps=0)
    >>> grads[0], grads[1], grads[2]
    (array([[0., 0.]]), array([-1.,  0.]), array([1., 0.]))
    """
    x, shape, axes = _last_axes(x, normalized_shape)
    grad_output = _output_gradient(grad_output, x)
    weight, _ = _scale_and_shift(shape, x, weight, None)
    standard, scale = _standardize(x, axes, number("eps", eps))
    grad_x = _standardize_backward(weight * grad_output, standard, scale, axes)
    batch = tuple(range(x.ndim - len(axes)))
    return grad_x, _sum(grad_output * standard, batch), _sum(grad_output, batch)


def _last_axes(
    x: ArrayLike, normalized_shape: int | Sequence[int]
) -> tuple[Array, tuple[int, ...], Axes]:
    (x,) = as_floats(x=x)
    axes = len(normalized_shape) if isinstance(normalized_shape, Sequence) else 1
    shape = per_axis("normalized_shape", normalized_shape, axes)
    if x.shape[-axes:] != shape:
        raise ShapeError("x", f"{shape} as its last axes", x.shape)
    return x, shape, tuple(range(-axes, 0))


# --- group norm: a mean for each sample and group of channels ---


def group_norm_loop(
    x: ArrayLike,
    num_groups: int,
    weight: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    eps: float = 1e-5,
) -> Array:
    """Do as `group_norm` does, one sample and group at a time.

    Parameters, result and errors are those of `group_norm`, whose specification this is.

    Examples
    --------
    >>> group_norm_loop(np.array([[1.0, 3.0, 10.0, 30.0]]), num_groups=2, eps=0)
    array([[-1.,  1., -1.,  1.]])
    """
    x = _channels(x)
    weight, bias = _scale_and_shift(x.shape[1:2], x, weight, bias)
    grouped = _in_groups(x, num_groups)
    standard = np.empty_like(grouped)
    for n, group in np.ndindex(grouped.shape[:2]):
        standard[n, group] = _standardize_loop(grouped[n, group], eps)
    standard = standard.reshape(x.shape)
    return _along_channels(weight, x) * standard + _along_channels(bias, x)


def group_norm(
    x: ArrayLike,
    num_groups: int,
    weight: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    eps: float = 1e-5,
) -> Array:
    """Normalise groups of neighbouring channels, each sample by itself.

    Parameters
    ----------
    x : float array, shape (N, C, ...)
    num_groups : int
        A divisor of C. 1 takes all channels together; C takes each alone ("instance norm").
    weight, bias : float array, shape (C,), optional
        1 and 0 if left out.
    eps : float

    Returns
    -------
    float array, the shape of `x`

    Raises
    ------
    ShapeError
        If the groups do not divide the channels.

    References
    ----------
    Wu and He, "Group normalization", arXiv:1803.08494.

    Examples
    --------
    >>> group_norm(np.array([[1.0, 3.0, 10.0, 30.0]]), num_groups=2, eps=0)
    array([[-1.,  1., -1.,  1.]])
    """
    x = _channels(x)
    weight, bias = _scale_and_shift(x.shape[1:2], x, weight, bias)
    standard, _ = _standardize(_in_groups(x, num_groups), (2,), number("eps", eps))
    standard = standard.reshape(x.shape)
    return _along_channels(weight, x) * standard + _along_channels(bias, x)


def group_norm_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    num_groups: int,
    weight: ArrayLike | None = None,
    eps: float = 1e-5,
) -> tuple[Array, Array, Array]:
    """Give the gradients of `group_norm`.

    Parameters
    ----------
    grad_output : float array, the shape of `x`
    x, num_groups, weight, eps
        As in `group_norm`.

    Returns
    -------
    grad_x, grad_weight, grad_bias : float arrays
        Of shapes (N, C, ...), (C,) and (C,).

    Examples
    --------
    >>> grads = group_norm_backward(np.array([[1.0, 0.0]]), np.array([[-1.0, 1.0]]), 1, eps=0)
    >>> grads[0], grads[1], grads[2]
    (array([[0., 0.]]), array([-1.,  0.]), array([1., 0.]))
    """
    x = _channels(x)
    grad_output = _output_gradient(grad_output, x)
    weight, _ = _scale_and_shift(x.shape[1:2], x, weight, None)
    grouped = _in_groups(x, num_groups)
    standard, scale = _standardize(grouped, (2,), number("eps", eps))
    grad_standard = (_along_channels(weight, x) * grad_output).reshape(grouped.shape)
    grad_x = _standardize_backward(grad_standard, standard, scale, (2,)).reshape(x.shape)
    axes = (0, *range(2, x.ndim))
    grad_weight = _sum(grad_output * standard.reshape(x.shape), axes)
    return grad_x, grad_weight, _sum(grad_output, axes)


def _in_groups(x: Array, num_groups: int) -> Array:
    """(N, C, ...) -> (N, num_groups, the numbers of a group)."""
    (num_groups,) = per_axis("num_groups", num_groups, 1)
    if x.shape[1] % num_groups:
        raise ShapeError("num_groups", f"a divisor of the {x.shape[1]} channels", num_groups)
    return x.reshape(len(x), num_groups, math.prod(x.shape[1:]) // num_groups)


# --- the layer objects ---


class _Norm(Layer):
    """What the three have in common: a learned weight that starts at 1, a bias that starts at 0."""

    def __init__(self, shape: tuple[int, ...], eps: float, dtype: DTypeLike) -> None:
        super().__init__()
        self.eps = number("eps", eps)
        self.params["weight"] = np.ones(shape, float_type(dtype))
        self.params["bias"] = np.zeros(shape, float_type(dtype))

    def _keep(self, grads: tuple[Array, Array, Array]) -> Array:
        grad_x, self.grads["weight"], self.grads["bias"] = grads
        return grad_x


class BatchNorm(_Norm):
    """`batch_norm` as a layer, for input of any number of axes.

    In training it normalises with the statistics of the batch and lets its running statistics
    follow them; in use it normalises with those.

    Parameters
    ----------
    num_features : int
        The number of channels.
    eps : float
    momentum : float
        How far each batch moves the running statistics, from 0 to 1.
    dtype : float32 or float64

    Attributes
    ----------
    running_mean, running_var : float array, shape (num_features,)
        They start at 0 and 1.

    Examples
    --------
    >>> layer = BatchNorm(1, momentum=0.5)
    >>> layer.forward(np.array([[1.0], [3.0]])).round(3)
    array([[-1.],
           [ 1.]])
    >>> layer.running_mean, layer.running_var
    (array([1.]), array([1.5]))
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(per_axis("num_features", num_features, 1), eps, dtype)
        self.momentum = _share("momentum", momentum)
        self.running_mean = np.zeros_like(self.params["bias"])
        self.running_var = np.ones_like(self.params["weight"])

    def forward(self, x: Array) -> Array:
        """Normalise each channel; in training, let the running statistics follow."""
        mean, var = (None, None) if self.training else (self.running_mean, self.running_var)
        y = batch_norm(x, mean, var, self.params["weight"], self.params["bias"], self.eps)
        if self.training:
            self.running_mean, self.running_var = running_statistics(
                x, self.running_mean, self.running_var, self.momentum
            )
        self.remember(x, mean, var)
        return y

    def backward(self, grad_output: Array) -> Array:
        """Give the gradient of `x`, and put those of weight and bias in `grads`."""
        x, mean, var = self.recall()
        weight = self.params["weight"]
        return self._keep(batch_norm_backward(grad_output, x, mean, var, weight, self.eps))


class LayerNorm(_Norm):
    """`layer_norm` as a layer.

    Parameters
    ----------
    normalized_shape : int or sequence of int
    eps : float
    dtype : float32 or float64

    Examples
    --------
    >>> LayerNorm(2).forward(np.array([[1.0, 3.0]])).round(3)
    array([[-1.,  1.]])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        dtype: DTypeLike = np.float64,
    ) -> None:
        axes = len(normalized_shape) if isinstance(normalized_shape, Sequence) else 1
        super().__init__(per_axis("normalized_shape", normalized_shape, axes), eps, dtype)

    def forward(self, x: Array) -> Array:
        """Normalise over the last axes."""
        weight, bias = self.params["weight"], self.params["bias"]
        y = layer_norm(x, weight.shape, weight, bias, self.eps)
        self.remember(x)
        return y

    def backward(self, grad_output: Array) -> Array:
        """Give the gradient of `x`, and put those of weight and bias in `grads`."""
        (x,) = self.recall()
        weight = self.params["weight"]
        return self._keep(layer_norm_backward(grad_output, x, weight.shape, weight, self.eps))


class GroupNorm(_Norm):
    """`group_norm` as a layer.

    Parameters
    ----------
    num_groups : int
        A divisor of `num_channels`.
    num_channels : int
    eps : float
    dtype : float32 or float64

    Examples
    --------
    >>> GroupNorm(2, 4).forward(np.array([[1.0, 3.0, 10.0, 30.0]])).round(3)
    array([[-1.,  1., -1.,  1.]])
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(per_axis("num_channels", num_channels, 1), eps, dtype)
        _in_groups(self.params["weight"][None], num_groups)
        self.num_groups = num_groups

    def forward(self, x: Array) -> Array:
        """Normalise groups of channels."""
        y = group_norm(x, self.num_groups, self.params["weight"], self.params["bias"], self.eps)
        self.remember(x)
        return y

    def backward(self, grad_output: Array) -> Array:
        """Give the gradient of `x`, and put those of weight and bias in `grads`."""
        (x,) = self.recall()
        weight = self.params["weight"]
        return self._keep(group_norm_backward(grad_output, x, self.num_groups, weight, self.eps))
