"""Saving a run so that nothing is lost, whenever it is stopped."""

from __future__ import annotations

import os
import pickle
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from cnncourse.errors import CourseError

FORMAT = 1


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a state to disk: either all of it is there afterwards, or what was there before.

    Parameters
    ----------
    path : Path
    state : dict
        Tensors, numbers, strings, lists and dicts only, so that loading runs no code.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save({"format": FORMAT, **state}, file)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load_checkpoint(path: Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """Read a state that `save_checkpoint` wrote.

    Parameters
    ----------
    path : Path
    device : torch.device or str
        Where its tensors go.

    Returns
    -------
    dict

    Raises
    ------
    CourseError
        If there is no such file, or it is not a whole checkpoint of this course.
    """
    try:
        state = torch.load(path, map_location=device, weights_only=True)
    except FileNotFoundError as error:
        raise CourseError(f"{path}: no such checkpoint") from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, pickle.UnpicklingError) as error:
        raise CourseError(f"{path}: not a checkpoint, or not all of one") from error
    if not isinstance(state, dict) or state.get("format") != FORMAT or "model" not in state:
        raise CourseError(f"{path}: not a checkpoint of this course")
    return state


def load_weights(path: Path, model: nn.Module) -> None:
    """Put the weights of a checkpoint into a network: the averaged ones if it has them.

    Parameters
    ----------
    path : Path
    model : nn.Module

    Raises
    ------
    CourseError
        If the file is no checkpoint, or one of another network.
    """
    state = load_checkpoint(path)
    put_weights(model, state["average"] or state["model"], path)


def put_weights(model: nn.Module, weights: dict[str, Tensor], path: Path) -> None:
    """Load a state dict, or say in what it differs from the network's.

    Parameters
    ----------
    model : nn.Module
    weights : dict of str to tensor
    path : Path
        Where they come from, for the message.

    Raises
    ------
    CourseError
    """
    expected = model.state_dict()
    for name, tensor in expected.items():
        if name not in weights:
            raise CourseError(f"{path}: of another network; it has no {name}")
        if weights[name].shape != tensor.shape:
            found, wanted = tuple(weights[name].shape), tuple(tensor.shape)
            raise CourseError(f"{path}: of another network; {name} is {found}, not {wanted}")
    if surplus := set(weights) - set(expected):
        raise CourseError(f"{path}: of another network; it also has {min(surplus)}")
    model.load_state_dict(weights)
