"""What every layer object has in common, and a chain of them."""

from __future__ import annotations

from typing import Any

from cnncourse.errors import ArgumentError, CourseError
from cnncourse.layers.arrays import Array


class Memory:
    """Something that computes forward, keeps what it needs, and then backward.

    Examples
    --------
    >>> memory = Memory()
    >>> memory.recall()
    Traceback (most recent call last):
    ...
    cnncourse.errors.CourseError: Memory: backward before forward; call forward first
    >>> memory.remember(3)
    >>> memory.recall()
    (3,)
    """

    def __init__(self) -> None:
        self._memory: tuple[Any, ...] | None = None

    def remember(self, *values: Any) -> None:
        """Keep what the next `backward` needs."""
        self._memory = values

    def recall(self) -> tuple[Any, ...]:
        """Give back what `forward` kept.

        Raises
        ------
        CourseError
            If there was no `forward` yet.
        """
        if self._memory is None:
            name = type(self).__name__
            raise CourseError(f"{name}: backward before forward; call forward first")
        return self._memory


class Layer(Memory):
    """Base of the layer objects: a function that keeps its parameters and remembers its input.

    A subclass writes `forward`, which ends in ``self.remember(...)`` of what the gradient will
    need, and `backward`, which begins with ``... = self.recall()``.

    Attributes
    ----------
    params : dict of str to array
        What is trained. An optimizer writes into these arrays, so they stay the same objects.
    grads : dict of str to array
        The gradient of each parameter, of the last `backward`: replaced each time, never added up.
    training : bool
        Whether the layer behaves as in training; only dropout and batch norm ask.

    Examples
    --------
    >>> import numpy as np
    >>> class Double(Layer):
    ...     def forward(self, x):
    ...         self.remember()
    ...         return 2 * x
    ...     def backward(self, grad_output):
    ...         self.recall()
    ...         return 2 * grad_output
    >>> layer = Double()
    >>> layer.backward(np.ones(2))
    Traceback (most recent call last):
    ...
    cnncourse.errors.CourseError: Double: backward before forward; call forward first
    >>> layer.forward(np.ones(2)), layer.backward(np.ones(2))
    (array([2., 2.]), array([2., 2.]))
    """

    def __init__(self) -> None:
        super().__init__()
        self._params: dict[str, Array] = {}
        self._grads: dict[str, Array] = {}
        self.training = True

    @property
    def params(self) -> dict[str, Array]:
        """The trained arrays, by name."""
        return self._params

    @property
    def grads(self) -> dict[str, Array]:
        """The gradients of the last `backward`, by the names of `params`."""
        return self._grads

    def forward(self, x: Array) -> Array:
        """Compute the output. `x` is not copied: leave it unchanged until `backward`."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, grad_output: Array) -> Array:
        """Give the gradient of the last `x`, and put those of the parameters in `grads`."""
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    def train(self) -> None:
        """Behave as in training from now on."""
        self.training = True

    def eval(self) -> None:
        """Behave as in use from now on: no dropout, batch norm with its running statistics."""
        self.training = False


class Sequential(Layer):
    """Layers one after another.

    Parameters
    ----------
    *layers : Layer
        Named by their position: '0', '1', ...
    **named_layers : Layer
        Named by their keyword; they come after `layers`.

    Attributes
    ----------
    params, grads : dict of str to array
        Those of all layers, under dotted names such as '0.weight' or 'conv1.bias'.

    Raises
    ------
    ArgumentError
        If something is not a Layer.

    Examples
    --------
    >>> import numpy as np
    >>> from cnncourse.layers.activation import ReLU
    >>> from cnncourse.layers.dense import Dense
    >>> model = Sequential(hidden=Dense(4, 3), relu=ReLU(), output=Dense(3, 2))
    >>> list(model.params)
    ['hidden.weight', 'hidden.bias', 'output.weight', 'output.bias']
    >>> model.forward(np.ones((5, 4))).shape
    (5, 2)
    """

    def __init__(self, *layers: Layer, **named_layers: Layer) -> None:
        super().__init__()
        self.layers = {str(i): layer for i, layer in enumerate(layers)} | named_layers
        for name, layer in self.layers.items():
            if not isinstance(layer, Layer):
                raise ArgumentError(f"layer {name}", "a Layer", type(layer).__name__)

    @property
    def params(self) -> dict[str, Array]:
        """The trained arrays of all layers, by dotted name."""
        return {f"{name}.{key}": value
                for name, layer in self.layers.items() for key, value in layer.params.items()}

    @property
    def grads(self) -> dict[str, Array]:
        """The gradients of the last `backward` of all layers, by dotted name."""
        return {f"{name}.{key}": value
                for name, layer in self.layers.items() for key, value in layer.grads.items()}

    def forward(self, x: Array) -> Array:
        """Send `x` through the layers, first to last."""
        for layer in self.layers.values():
            x = layer.forward(x)
        self.remember()
        return x

    def backward(self, grad_output: Array) -> Array:
        """Send the gradient through the layers, last to first."""
        self.recall()
        for layer in reversed(self.layers.values()):
            grad_output = layer.backward(grad_output)
        return grad_output

    def train(self) -> None:
        """Let every layer behave as in training."""
        super().train()
        for layer in self.layers.values():
            layer.train()

    def eval(self) -> None:
        """Let every layer behave as in use."""
        super().eval()
        for layer in self.layers.values():
            layer.eval()
