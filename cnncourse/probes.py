"""What a test may ask about a student's object, besides calling it.

In the grader a test and the student's code run in different processes. A test calls the student's
functions and compares the plain data that they give back; these helpers look inside what stays
with the student, such as a network, and bring back plain data. In a notebook they work alike.

    >>> from cnncourse.probes import parameters, seed
    >>> rng = np.random.default_rng(seed())
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

_Function = TypeVar("_Function", bound=Callable[..., Any])

PROBES: dict[str, Callable[..., Any]] = {}
_seed = 0


def probe(function: _Function) -> _Function:
    """Let a helper run where the object is that it is asked about."""
    PROBES[function.__name__] = function

    @functools.wraps(function)
    def asked(*args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()):
            elsewhere = getattr(type(value), "__cnncourse_probe__", None)
            if elsewhere is not None:
                return elsewhere(value, function.__name__, args, kwargs)
        return function(*args, **kwargs)

    return asked  # type: ignore[return-value]


def seed() -> int:
    """Give the number from which this test should draw its inputs.

    In the grader it is drawn from the course's key, the assignment, the student and the part, so
    that every student meets other numbers and the same student always the same; elsewhere it is 0.
    """
    return _seed


def set_seed(number: int) -> None:
    """Let `seed` give this number; the grader calls it before each test."""
    global _seed
    _seed = number


@probe
def kind(value: Any) -> str:
    """Name the type of an object.

    Examples
    --------
    >>> kind([1])
    'list'
    """
    return type(value).__name__


@probe
def bases(value: Any) -> list[str]:
    """Name the classes that an object's class comes from, itself first, with their modules.

    Examples
    --------
    >>> bases(True)
    ['builtins.bool', 'builtins.int', 'builtins.object']
    """
    return [f"{cls.__module__}.{cls.__qualname__}" for cls in type(value).__mro__]


@probe
def has(value: Any, name: str) -> bool:
    """Whether an object has an attribute."""
    return hasattr(value, name)


@probe
def shares_memory(function: Callable[..., Any], *args: Any) -> bool:
    """Call a function; whether the array it gives back lies in the memory of an argument."""
    result = function(*args)
    arrays = [arg for arg in args if isinstance(arg, np.ndarray)]
    return any(np.shares_memory(result, array) for array in arrays)


@probe
def parameters(module: Any) -> dict[str, np.ndarray]:
    """Copy the parameters of a PyTorch module, by name."""
    return {n: p.detach().cpu().numpy().copy() for n, p in module.named_parameters()}


@probe
def state(module: Any) -> dict[str, np.ndarray]:
    """Copy the state of a PyTorch module, running statistics included, by name."""
    return {n: t.detach().cpu().numpy().copy() for n, t in module.state_dict().items()}


@probe
def set_state(module: Any, state: Mapping[str, Any]) -> None:
    """Load arrays into a PyTorch module, by the names that `state` gives."""
    torch = sys.modules["torch"]
    module.load_state_dict({name: torch.as_tensor(value) for name, value in state.items()})


@probe
def submodules(module: Any) -> dict[str, str]:
    """Name the type of every module inside a PyTorch module, by its path."""
    return {name: type(inner).__name__ for name, inner in module.named_modules() if name}


@probe
def network(beside: Any, *layers: tuple[Any, ...]) -> Any:
    """Make a `torch.nn.Sequential` where a student's object is, to hand it to their functions.

    Parameters
    ----------
    beside : object
        Of the student, such as the function that is tested.
    *layers : tuples
        A name in `torch.nn`, and its arguments.

    Examples
    --------
    >>> import torch
    >>> network(len, ("Flatten",), ("Linear", 4, 2))(torch.zeros(3, 2, 2)).shape
    torch.Size([3, 2])
    """
    nn = sys.modules["torch"].nn
    return nn.Sequential(*(getattr(nn, name)(*arguments) for name, *arguments in layers))


@probe
def optimizer(module: Any, name: str, **options: Any) -> Any:
    """Make an optimizer of `torch.optim` where a PyTorch module is, for its parameters.

    Examples
    --------
    >>> import torch
    >>> optimizer(torch.nn.Linear(4, 2), "SGD", lr=0.5).param_groups[0]["lr"]
    0.5
    """
    return getattr(sys.modules["torch"].optim, name)(module.parameters(), **options)


@probe
def forward(module: Any, *inputs: Any, training: bool = False) -> Any:
    """Run a PyTorch module on arrays, without gradients; arrays come back."""
    torch = sys.modules["torch"]
    module.train(training)
    with torch.no_grad():
        return _as_arrays(module(*map(torch.as_tensor, inputs)))


@probe
def gradients(module: Any, loss: Callable[..., Any], *inputs: Any) -> dict[str, np.ndarray]:
    """Back-propagate `loss(module(*inputs))` and copy each parameter's gradient, by name.

    Parameters
    ----------
    module : torch.nn.Module
    loss : callable or str
        Of the student, or the name of a function of torch that makes one number, such as 'sum'.
    *inputs : arrays
    """
    torch = sys.modules["torch"]
    module.zero_grad()
    output = module(*map(torch.as_tensor, inputs))
    (getattr(torch, loss) if isinstance(loss, str) else loss)(output).backward()
    return {
        name: parameter.grad.cpu().numpy().copy()
        for name, parameter in module.named_parameters()
        if parameter.grad is not None
    }


def _as_arrays(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_as_arrays(item) for item in value]
    return value.detach().cpu().numpy()
