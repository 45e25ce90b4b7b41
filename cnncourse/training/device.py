"""Which device to compute on, and in which numbers."""

from __future__ import annotations

import torch

from cnncourse.errors import SetupError


def choose_device(name: str = "auto") -> torch.device:
    """Turn a name into a device that this machine has.

    Parameters
    ----------
    name : str
        'auto' takes a CUDA GPU, else Apple's (mps), else the CPU.

    Returns
    -------
    torch.device

    Raises
    ------
    SetupError
        If the device is not there, with why.

    Examples
    --------
    >>> choose_device("cpu")
    device(type='cpu')
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise SetupError(f"device {name!r}: unknown; auto, cpu, cuda or mps") from error
    if device.type == "cuda":
        _find_cuda(name, device.index or 0)
    elif device.type == "mps" and not torch.backends.mps.is_available():
        raise SetupError("device 'mps': this machine has no GPU of Apple's; use --device auto")
    return device


def _find_cuda(name: str, index: int) -> None:
    if torch.version.cuda is None:
        why = "this torch was built without CUDA"
    elif not torch.cuda.is_available():
        why = "torch finds no NVIDIA GPU with a working driver"
    elif index >= torch.cuda.device_count():
        why = f"there are {torch.cuda.device_count()} GPUs, counted from 0"
    else:
        return
    raise SetupError(f"device {name!r}: {why}; use --device auto")


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """Decide in which numbers to multiply.

    Parameters
    ----------
    name : {'auto', 'float32', 'bf16'}
    device : torch.device

    Returns
    -------
    torch.dtype
        torch.bfloat16 or torch.float32; with 'auto' the first only where the hardware multiplies
        in it, since emulation is slower than float32.
    """
    if name == "auto":
        return torch.bfloat16 if _multiplies_bf16(device) else torch.float32
    return {"float32": torch.float32, "bf16": torch.bfloat16}[name]


def _multiplies_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "cpu":
        can = torch.cpu.get_capabilities()
        return bool(can.get("avx512_bf16") or can.get("amx_bf16"))
    return False
