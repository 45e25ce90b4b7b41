"""What passes between the processes: JSON, and the bytes of arrays. Never objects.

A message is eight bytes of lengths, a JSON document, and the bytes of the arrays that it mentions.
A value is written as plain data: numbers, text, lists, dicts, arrays; whatever else a program holds
stays where it is and is mentioned by a number. Reading builds nothing but plain data, so that the
worst a stranger can send is a wrong value or a message that is refused.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

_LENGTHS = struct.Struct("!II")
_KINDS = "biufcSUmM"  # of arrays: numbers, text, dates; no objects, no records
DEEPEST = 40  # lists in lists
_BUILDERS: dict[str, Any] = {"tuple": tuple, "set": set, "frozenset": frozenset}

Reply = tuple[dict[str, Any], bytes]
Tick = Callable[[], None]


class BrokenError(Exception):
    """The other end is gone, or what it sent is not what was agreed."""


class NotPlainError(Exception):
    """A value that cannot be sent."""


# ---------------------------------------------------------------------------------------
# messages


def send(sock: socket.socket, message: dict[str, Any], blob: bytes | bytearray = b"") -> None:
    """Send one message."""
    text = json.dumps(message).encode()
    try:
        sock.sendall(_LENGTHS.pack(len(text), len(blob)) + text)
        if blob:
            sock.sendall(blob)
    except OSError as error:
        raise BrokenError("gone") from error


def receive(sock: socket.socket, limit: int, tick: Tick | None = None) -> Reply:
    """Receive one message.

    Parameters
    ----------
    sock : socket
    limit : int
        Most bytes of a message.
    tick : callable, optional
        Called every few milliseconds while waiting; it raises to end the wait.

    Raises
    ------
    BrokenError
        If the other end is gone, or the message is larger than the limit or malformed.
    """
    text_size, blob_size = _LENGTHS.unpack(_exactly(sock, _LENGTHS.size, tick))
    if text_size > limit or blob_size > limit:
        raise BrokenError("a message larger than the limit")
    text, blob = _exactly(sock, text_size, tick), _exactly(sock, blob_size, tick)
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenError("a message that is not JSON") from error
    if not isinstance(message, dict):
        raise BrokenError("a message that is not a JSON object")
    return message, bytes(blob)


def _exactly(sock: socket.socket, size: int, tick: Tick | None) -> bytearray:
    got = bytearray(size)
    view, done = memoryview(got), 0
    while done < size:
        if tick:
            _wait(sock, tick)
        try:
            count = sock.recv_into(view[done:])
        except OSError as error:
            raise BrokenError("gone") from error
        if not count:
            raise BrokenError("gone")
        done += count
    return got


def _wait(sock: socket.socket, tick: Tick) -> None:
    """Wait until there is something to read; look around more rarely the longer it takes."""
    pause, began = 0.01, time.monotonic()
    while not select.select([sock], [], [], pause)[0]:
        tick()
        if time.monotonic() - began > 1:
            pause = 0.03
    tick()


# ---------------------------------------------------------------------------------------
# values


class Writer:
    """Write values as JSON and bytes.

    Parameters
    ----------
    mention : callable
        Called with an object that is not plain data; gives the JSON that stands for it, or raises
        NotPlainError.
    limit : int
        Most bytes in all.
    """

    def __init__(self, mention: Callable[[Any], dict[str, Any]], limit: int) -> None:
        self.mention = mention
        self.limit = limit
        self.blob = bytearray()
        self._size = 0

    def write(self, value: Any, depth: int = 0) -> Any:
        """Give the JSON that stands for a value."""
        if depth > DEEPEST:
            raise NotPlainError(f"it is nested more than {DEEPEST} levels deep")
        self._grow(16)
        if value is None or value is True or value is False:
            return value
        if isinstance(value, np.ndarray):
            return self._array(np.asarray(value).view(np.ndarray), depth)
        if isinstance(value, np.generic):
            return {**self._array(np.asarray(value), depth), "$": "scalar"}
        for kind, write in _WRITERS:
            if isinstance(value, kind):
                return write(self, value, depth + 1)
        if _is_tensor(value):
            return self._tensor(value, depth)
        return self.mention(value)

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > self.limit:
            raise NotPlainError(f"it is larger than {self.limit >> 20} MB")

    def _text(self, value: str, _: int) -> Any:
        self._grow(len(value))
        text = str.__str__(value)
        try:
            text.encode()
        except UnicodeEncodeError:  # a lone surrogate
            text = text.encode(errors="replace").decode()
        return text

    def _integer(self, value: int, _: int) -> Any:
        if value.bit_length() > 10_000:
            raise NotPlainError("it is a number of more than 3,000 digits")
        return int.__int__(value)

    def _list(self, value: list[Any], depth: int) -> Any:
        return [self.write(item, depth) for item in list.__iter__(value)]

    def _items(self, value: Any, depth: int) -> Any:
        name = next(n for n, kind in _BUILDERS.items() if isinstance(value, kind))
        return {"$": name, "items": [self.write(item, depth) for item in value]}

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        pairs = dict.items(value)
        return {
            "$": "dict",
            "items": [[self.write(k, depth), self.write(v, depth)] for k, v in pairs],
        }

    def _bytes(self, value: bytes, _: int) -> Any:
        return {"$": "bytes", **self._put(bytes(value))}

    def _complex(self, value: complex, _: int) -> Any:
        return {"$": "complex", "parts": [value.real, value.imag]}

    def _range(self, value: range, _: int) -> Any:
        return {"$": "range", "parts": [value.start, value.stop, value.step]}

    def _array(self, array: np.ndarray, depth: int) -> dict[str, Any]:
        shape = list(array.shape)
        if array.dtype == object:
            items = [self.write(item, depth + 1) for item in array.ravel().tolist()]
            return {"$": "objects", "shape": shape, "items": items}
        if array.dtype.kind not in _KINDS:
            raise NotPlainError(f"it is an array of {array.dtype}")
        columns = array.flags.f_contiguous and not array.flags.c_contiguous
        order: Literal["C", "F"] = "F" if columns else "C"
        self._grow(array.nbytes)
        about = {"dtype": array.dtype.str, "shape": shape, "order": order}
        return {"$": "array", **about, **self._put(array.tobytes(order))}

    def _tensor(self, tensor: Any, depth: int) -> dict[str, Any]:
        kind, plain = str(tensor.dtype).removeprefix("torch."), tensor.detach().cpu()
        if kind == "bfloat16":
            plain = plain.float()
        return {
            **self._array(plain.contiguous().numpy(), depth),
            "$": "tensor", "kind": kind, "requires_grad": bool(tensor.requires_grad),
        }  # fmt: skip

    def _put(self, data: bytes) -> dict[str, int]:
        start = len(self.blob)
        self.blob += data
        return {"start": start, "size": len(data)}


_WRITERS: tuple[tuple[Any, Callable[[Writer, Any, int], Any]], ...] = (
    (int, Writer._integer),
    (float, lambda _, value, __: float.__float__(value)),
    (str, Writer._text),
    (list, Writer._list),
    (dict, Writer._dict),
    ((tuple, set, frozenset), Writer._items),
    ((bytes, bytearray), Writer._bytes),
    (complex, Writer._complex),
    (range, Writer._range),
)


def read(tree: Any, blob: bytes, found: Callable[[dict[str, Any]], Any]) -> Any:
    """Build the value that a message's JSON stands for.

    Parameters
    ----------
    tree : JSON
    blob : bytes
        Of the same message.
    found : callable
        Called with the JSON that stands for an object which stayed where it was.

    Raises
    ------
    BrokenError
        If it is no value as `Writer` writes them.
    """
    try:
        return _Reader(blob, found).read(tree)
    except (KeyError, TypeError, ValueError, IndexError, RecursionError, OverflowError) as error:
        raise BrokenError("a value that is malformed") from error


class _Reader:
    def __init__(self, blob: bytes, found: Callable[[dict[str, Any]], Any]) -> None:
        self.blob = blob
        self.found = found

    def read(self, tree: Any) -> Any:
        if isinstance(tree, list):
            return [self.read(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        kind = tree["$"]
        if kind in _BUILDERS:
            return _BUILDERS[kind]([self.read(item) for item in tree["items"]])
        if kind == "dict":
            return {self.read(key): self.read(item) for key, item in tree["items"]}
        if kind == "bytes":
            return self._bytes(tree)
        if kind == "complex":
            return complex(*tree["parts"])
        if kind == "range":
            return range(*tree["parts"])
        if kind == "array":
            return self._array(tree)
        if kind == "scalar":
            return self._array(tree)[()]
        if kind == "objects":
            return self._objects(tree)
        if kind == "tensor":
            return self._tensor(tree)
        return self.found(tree)

    def _bytes(self, tree: dict[str, Any]) -> bytes:
        start, size = tree["start"], tree["size"]
        if not 0 <= start <= start + size <= len(self.blob):
            raise ValueError("bytes that are not there")
        return self.blob[start : start + size]

    def _array(self, tree: dict[str, Any]) -> np.ndarray:
        dtype, shape = np.dtype(str(tree["dtype"])), [int(n) for n in tree["shape"]]
        if dtype.kind not in _KINDS or any(n < 0 for n in shape) or len(shape) > 32:
            raise ValueError("not an array of plain data")
        data = self._bytes(tree)
        order: Literal["C", "F"] = "F" if tree["order"] == "F" else "C"
        if not dtype.itemsize:  # text of no length
            return np.empty(shape, dtype)
        return np.frombuffer(data, dtype).reshape(tuple(shape), order=order).copy(order=order)

    def _objects(self, tree: dict[str, Any]) -> np.ndarray:
        items = [self.read(item) for item in tree["items"]]
        array = np.empty(len(items), dtype=object)
        for n, item in enumerate(items):
            array[n] = item
        return array.reshape([int(n) for n in tree["shape"]])

    def _tensor(self, tree: dict[str, Any]) -> Any:
        torch = sys.modules.get("torch")
        array = self._array(tree)
        if torch is None:
            return array
        tensor = torch.from_numpy(array)
        if tree["kind"] == "bfloat16":
            tensor = tensor.to(torch.bfloat16)
        return tensor.requires_grad_(bool(tree["requires_grad"]) and tensor.is_floating_point())


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)
