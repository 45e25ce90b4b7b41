"""What a test holds instead of the student's objects: stand-ins that ask the student's process.

A function's stand-in sends the arguments over and gives back plain data. Objects that are not
plain data stay with the student; a test may call them, read their attributes and items, and ask
`cnncourse.probes`, but it cannot compare them: what they would say of themselves proves nothing.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cnncourse.grading.engine import wire

Ask = Callable[[dict[str, Any], bytes | bytearray], wire.Reply]


class NotDataError(AssertionError):
    """A test compares what is not plain data."""


class Desk:
    """The test's side of the talk with a student's process.

    Parameters
    ----------
    ask : callable
        Sends a request and waits for the reply.
    limit : int
        Most bytes of a value.
    """

    def __init__(self, ask: Ask, limit: int) -> None:
        self.ask = ask
        self.limit = limit
        self.callbacks: list[Callable[..., Any]] = []

    def names(self, names: list[str], seed: int) -> dict[str, Any]:
        """Fetch the student's names: plain data as it is, the rest as stand-ins."""
        reply, blob = self._ask({"job": "names", "names": names, "seed": seed})
        values = reply.get("values")
        if not isinstance(values, dict):
            raise wire.BrokenError("a reply without values")
        found = {}
        for name in names:
            if name in values:
                tree = values[name]
                if isinstance(tree, dict) and tree.get("$") == "object":
                    tree = {**tree, "name": name}
                found[name] = self._read(tree, blob, name)
        return found

    def do(self, verb: str, target: StandIn, *args: Any, **kwargs: Any) -> Any:
        """Let a stand-in's object do something; give back the value."""
        about = target._about
        writer = wire.Writer(self._mention, self.limit)
        request = {
            "job": "do", "verb": verb, "target": about.tree,
            "args": writer.write(list(args)), "kwargs": writer.write(kwargs),
        }  # fmt: skip
        reply, blob = self._ask(request, writer.blob)
        if "args" in reply:
            changed = self._read(reply["args"], blob, about.name)
            if isinstance(changed, list) and len(changed) == 2:
                write_back([list(args), kwargs], changed)
        return self._read(reply.get("value"), blob, about.name)

    def probe(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run a helper of `cnncourse.probes` where the objects are."""
        writer = wire.Writer(self._mention, self.limit)
        request = {
            "job": "probe", "probe": name,
            "args": writer.write(list(args)), "kwargs": writer.write(kwargs),
        }  # fmt: skip
        reply, blob = self._ask(request, writer.blob)
        return self._read(reply.get("value"), blob, name)

    # --- messages ---

    def _ask(self, request: dict[str, Any], blob: bytes | bytearray = b"") -> wire.Reply:
        reply, data = self.ask(request, blob)
        while "callback" in reply:
            reply, data = self.ask(*self._call_back(reply, data))
        if "error" in reply:
            raise as_error(reply["error"])
        return reply, data

    def _call_back(self, reply: dict[str, Any], blob: bytes) -> tuple[dict[str, Any], bytearray]:
        """Call a function of the test that the student's function was given."""
        number = reply["callback"]
        if not isinstance(number, int) or not 0 <= number < len(self.callbacks):
            raise wire.BrokenError("a call of a function that was not given")
        args = self._read(reply.get("args"), blob, "the argument")
        writer = wire.Writer(self._mention, self.limit)
        try:
            return {"value": writer.write(self.callbacks[number](*args))}, writer.blob
        except Exception as error:
            return {"error": type(error).__name__}, bytearray()

    def _mention(self, value: Any) -> dict[str, Any]:
        if isinstance(value, StandIn):
            return value._about.tree
        if callable(value) and not isinstance(value, type):
            self.callbacks.append(value)
            return {"$": "callback", "number": len(self.callbacks) - 1}
        raise TypeError(f"a test cannot send a {type(value).__name__} to the student's code")

    def _read(self, tree: Any, blob: bytes, name: str) -> Any:
        return wire.read(tree, blob, lambda found: self._stand_in(found, name))

    def _stand_in(self, tree: dict[str, Any], name: str) -> StandIn:
        if tree["$"] != "object" or not isinstance(tree["number"], int):
            raise wire.BrokenError("an object of an unknown kind")
        words = f"{name} is" if tree.get("name") else f"{name} gave back"
        reference = {"$": "object", "number": tree["number"]}
        if tree.get("name"):  # by name, so that the latest definition counts
            reference = {"$": "name", "name": name}
        kind = "".join(c for c in str(tree["type"]) if c.isidentifier() or c.isdigit())[:80]
        return StandIn(_About(self, reference, name, f"{words} an object of type {kind}"))


class _About:
    """What a stand-in knows."""

    def __init__(self, desk: Desk, tree: dict[str, Any], name: str, words: str) -> None:
        self.desk = desk
        self.tree = tree
        self.name = name
        self.words = words


class StandIn:
    """Stands in a test for an object of the student's."""

    __slots__ = ("_about",)

    def __init__(self, about: _About) -> None:
        object.__setattr__(self, "_about", about)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._about.desk.do("call", self, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._about.desk.do("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._about.desk.do("set", self, name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._about.desk.do("item", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._about.desk.do("set item", self, key, value)

    def __len__(self) -> int:
        return int(self._about.desk.do("length", self))

    def __contains__(self, item: Any) -> bool:
        return bool(self._about.desk.do("contains", self, item))

    def __iter__(self) -> Iterator[Any]:
        items = self._about.desk.do("iterate", self)
        if not isinstance(items, StandIn):
            raise NotDataError(f"{self._about.words}, which cannot be gone through")
        while got := self._about.desk.do("next", items):
            yield got[0]

    def __instancecheck__(self, value: Any) -> bool:
        return isinstance(value, StandIn) and bool(self._about.desk.do("instance", self, value))

    def __repr__(self) -> str:
        return f"<{self._about.words}>"

    def __cnncourse_probe__(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return self._about.desk.probe(name, args, kwargs)

    def _refuse(self, *_: Any, **__: Any) -> Any:
        expected = "a number, an array, text, a list or a dict"
        raise NotDataError(f"{self._about.words}; expected {expected}.")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __array__ = __float__ = __int__ = __index__ = _refuse
    __hash__ = object.__hash__


def as_error(about: Any) -> Exception:
    """Make the built-in error that a student's error is one of; its own name is kept as data."""
    if not isinstance(about, dict):
        raise wire.BrokenError("an error that is malformed")
    name, said = str(about.get("name"))[:80], str(about.get("said"))[:2000]
    error: Exception = RuntimeError(said)
    kinds = about.get("kinds")
    for kind in kinds if isinstance(kinds, list) else []:
        found = getattr(builtins, str(kind), None)
        if isinstance(found, type) and issubclass(found, Exception):
            try:
                error = found(said)
            except TypeError:  # UnicodeDecodeError wants five arguments
                continue
            break
    error.of_student = name  # type: ignore[attr-defined]
    return error


def write_back(held: Any, changed: Any) -> None:
    """Make a test's arguments what the student's function has made of its copies."""
    if isinstance(held, np.ndarray):
        if isinstance(changed, np.ndarray) and changed.shape == held.shape:
            np.copyto(held, changed, casting="unsafe")
    elif hasattr(held, "detach") and hasattr(changed, "detach"):
        if held.shape == changed.shape:
            held.data.copy_(changed.detach())
    elif isinstance(held, dict) and isinstance(changed, dict):
        for key in held.keys() & changed.keys():
            write_back(held[key], changed[key])
        kept = {key: _same(held.get(key), item) for key, item in changed.items()}
        held.clear()
        held.update(kept)
    elif isinstance(held, list) and isinstance(changed, list):
        for old, new in zip(held, changed, strict=False):
            write_back(old, new)
        old_items = [*held, *[None] * len(changed)]
        held[:] = [_same(old, new) for old, new in zip(old_items, changed, strict=False)]
    elif isinstance(held, set) and isinstance(changed, set):
        held.clear()
        held.update(changed)
    elif isinstance(held, tuple) and isinstance(changed, tuple):
        for old, new in zip(held, changed, strict=False):
            write_back(old, new)


def _same(held: Any, changed: Any) -> Any:
    """Keep the test's own object where it was brought up to date, else take the new value."""
    if isinstance(held, list | dict | set | tuple) and type(held) is type(changed):
        return held
    if isinstance(held, np.ndarray) and isinstance(changed, np.ndarray):
        return held if held.shape == changed.shape else changed
    return changed if not isinstance(held, StandIn) else held
