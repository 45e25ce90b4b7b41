"""Optimizers: how a step from gradients to new weights is taken. The formulas are PyTorch's."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from cnncourse.errors import ArgumentError
from cnncourse.layers.arrays import Array, as_floats
from cnncourse.layers.checks import check_shape, number
from cnncourse.layers.module import Layer
from cnncourse.shapes import per_axis


def sgd_step(
    param: ArrayLike,
    grad: ArrayLike,
    velocity: ArrayLike,
    lr: float,
    momentum: float = 0.0,
    weight_decay: float = 0.0,
) -> tuple[Array, Array]:
    """Take one step of gradient descent with momentum.

        velocity <- momentum velocity + grad + weight_decay param
        param <- param - lr velocity

    Parameters
    ----------
    param, grad, velocity : float array, one shape
        The velocity is 0 before the first step.
    lr : float
        The learning rate: how far to go.
    momentum : float
        The share of the last velocity that is kept, from 0 to below 1.
    weight_decay : float
        Pulls weights towards 0: the gradient of weight_decay / 2 times their squared length.

    Returns
    -------
    param, velocity : float array
        New arrays.

    Raises
    ------
    ShapeError
        If `grad` or `velocity` does not have the shape of `param`.
    ArgumentError
        If a number is out of range.

    References
    ----------
    Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep
    learning", ICML 2013; as in PyTorch the learning rate stands outside the velocity.

    Examples
    --------
    >>> sgd_step(param=[1.0], grad=[2.0], velocity=[4.0], lr=0.1, momentum=0.5)
    (array([0.6]), array([4.]))
    """
    param, grad, velocity = as_floats(param=param, grad=grad, velocity=velocity)
    check_shape("grad", grad, param.shape)
    check_shape("velocity", velocity, param.shape)
    velocity = number("momentum", momentum, below=1) * velocity + grad
    velocity += number("weight_decay", weight_decay) * param
    return param - number("lr", lr) * velocity, velocity


def adam_step(
    param: ArrayLike,
    grad: ArrayLike,
    mean: ArrayLike,
    square: ArrayLike,
    step: int,
    lr: float = 1e-3,
    betas: Sequence[float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
) -> tuple[Array, Array, Array]:
    """Take one step of Adam: each weight by the mean of its gradients over their size.

        grad <- grad + weight_decay param
        mean <- beta1 mean + (1 - beta1) grad
        square <- beta2 square + (1 - beta2) grad²
        param <- param - lr (mean / (1 - beta1^step)) / (sqrt(square / (1 - beta2^step)) + eps)

    Parameters
    ----------
    param, grad, mean, square : float array, one shape
        The two running means are 0 before the first step; dividing by 1 - beta^step makes up for
        that.
    step : int
        The number of this step, from 1.
    lr : float
        The learning rate; a first step changes each weight by about this much.
    betas : (float, float)
        The share of the running means that is kept, each from 0 to below 1.
    eps : float
    weight_decay : float
        Added to the gradient, as in PyTorch's Adam (not its AdamW).

    Returns
    -------
    param, mean, square : float array
        New arrays.

    Raises
    ------
    ShapeError
        If the arrays differ in shape.
    ArgumentError
        If a number is out of range.

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization", arXiv:1412.6980, algorithm 1.

    Examples
    --------
    >>> param, _, _ = adam_step([1.0], [50.0], mean=[0.0], square=[0.0], step=1, lr=0.1)
    >>> param.round(6)
    array([0.9])
    """
    param, grad, mean, square = as_floats(param=param, grad=grad, mean=mean, square=square)
    for name, array in {"grad": grad, "mean": mean, "square": square}.items():
        check_shape(name, array, param.shape)
    (step,) = per_axis("step", step, 1)
    beta1, beta2 = _check_betas(betas)

    grad = grad + number("weight_decay", weight_decay) * param
    mean = beta1 * mean + (1 - beta1) * grad
    square = beta2 * square + (1 - beta2) * grad**2
    size = np.sqrt(square) / math.sqrt(1 - beta2**step) + number("eps", eps)
    return param - number("lr", lr) / (1 - beta1**step) * mean / size, mean, square


def _check_betas(betas: Sequence[float]) -> tuple[float, float]:
    if not isinstance(betas, Sequence) or len(betas) != 2:
        raise ArgumentError("betas", "two numbers", betas)
    return number("betas[0]", betas[0], below=1), number("betas[1]", betas[1], below=1)


class Optimizer:
    """Base of the optimizers: takes each weight of a model through a step.

    Parameters
    ----------
    model : Layer
        A single layer or a Sequential. Its parameters are written into, so nothing has to be handed
        back; its gradients are those of the last `backward`.
    """

    def __init__(self, model: Layer) -> None:
        self.model = model
        self.steps = 0

    def step(self) -> None:
        """Change every parameter of the model by its gradient.

        Raises
        ------
        ArgumentError
            If a parameter has no gradient yet.
        """
        params, grads = self.model.params, self.model.grads
        without = sorted(params.keys() - grads.keys())
        if without:
            raise ArgumentError("model", "a backward before the step", f"no gradient: {without}")
        self.steps += 1
        for name, param in params.items():
            param[...] = self._stepped(name, param, grads[name])

    def _stepped(self, name: str, param: Array, grad: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__} has no step")


class SGD(Optimizer):
    """Gradient descent with momentum and weight decay, by `sgd_step`.

    Parameters
    ----------
    model : Layer
    lr : float
        The learning rate; may be changed between steps.
    momentum : float
        From 0 to below 1.
    weight_decay : float

    Examples
    --------
    >>> from cnncourse.layers.dense import Dense
    >>> layer = Dense(1, 1, rng=0)
    >>> optimizer = SGD(layer, lr=0.1)
    >>> y = layer.forward(np.array([[1.0]]))
    >>> grad_x = layer.backward(np.array([[1.0]]))
    >>> optimizer.step()
    >>> layer.params["bias"]
    array([-0.1])
    """

    def __init__(
        self, model: Layer, lr: float, momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        super().__init__(model)
        self.lr = number("lr", lr)
        self.momentum = number("momentum", momentum, below=1)
        self.weight_decay = number("weight_decay", weight_decay)
        self._velocity = {name: np.zeros_like(param) for name, param in model.params.items()}

    def _stepped(self, name: str, param: Array, grad: Array) -> Array:
        param, self._velocity[name] = sgd_step(
            param, grad, self._velocity[name], self.lr, self.momentum, self.weight_decay
        )
        return param


class Adam(Optimizer):
    """Adam, by `adam_step`.

    Parameters
    ----------
    model : Layer
    lr : float
        The learning rate; may be changed between steps.
    betas : (float, float)
        Each from 0 to below 1.
    eps : float
    weight_decay : float

    Examples
    --------
    >>> from cnncourse.layers.dense import Dense
    >>> layer = Dense(1, 1, rng=0)
    >>> optimizer = Adam(layer, lr=0.1)
    >>> y = layer.forward(np.array([[1.0]]))
    >>> grad_x = layer.backward(np.array([[7.0]]))
    >>> optimizer.step()
    >>> layer.params["bias"].round(6)
    array([-0.1])
    """

    def __init__(
        self,
        model: Layer,
        lr: float = 1e-3,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(model)
        self.lr = number("lr", lr)
        self.betas = _check_betas(betas)
        self.eps = number("eps", eps)
        self.weight_decay = number("weight_decay", weight_decay)
        self._mean = {name: np.zeros_like(param) for name, param in model.params.items()}
        self._square = {name: np.zeros_like(param) for name, param in model.params.items()}

    def _stepped(self, name: str, param: Array, grad: Array) -> Array:
        param, self._mean[name], self._square[name] = adam_step(
            param, grad, self._mean[name], self._square[name], self.steps,
            self.lr, self.betas, self.eps, self.weight_decay,
        )
        return param
