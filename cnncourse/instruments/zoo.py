"""What the instruments show of the registered networks, measured once and kept on this machine.

Measuring every network takes PyTorch and a quarter of a minute. The result is kept under a hash of
the sources that it comes from, so that it is measured again when one of them changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[1]
CARRIED = PACKAGE / "instruments/carried"  # only in the wheel for browsers, which have no PyTorch
SOURCES = [PACKAGE / "shapes.py", *sorted((PACKAGE / "models").glob("*.py"))]


def networks(made_by: str) -> Any:
    """Return what a function of `cnncourse.models.zoo` gives, from disk if it was asked before.

    Parameters
    ----------
    made_by : str
        The function's name.

    Returns
    -------
    dict or list
        Plain data.

    Examples
    --------
    >>> networks("scaled_family")["networks"][0]["title"]
    'EfficientNet-B0'
    """
    if (CARRIED / f"{made_by}.json").is_file():
        return json.loads((CARRIED / f"{made_by}.json").read_text("utf-8"))
    return kept(made_by, Path.home() / ".cache" / "cnncourse" / "zoo", _measure)


def kept(
    name: str, folder: Path, make: Callable[[str], Any], sources: Iterable[Path] = SOURCES
) -> Any:
    """Read a result from a folder, or make it and keep it there in place of an older one.

    Parameters
    ----------
    name : str
        What `make` is called with.
    folder : Path
        Where it cannot be written, nothing is kept.
    make : callable
    sources : iterable of Path
        Files that the result depends on.

    Returns
    -------
    dict or list
        Plain data.
    """
    path = folder / f"{name}-{digest(sources)}.json"
    if path.is_file():
        return json.loads(path.read_text("utf-8"))
    text = json.dumps(make(name), separators=(",", ":"))
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for older in folder.glob(f"{name}-*.json"):
            older.unlink()
        unfinished = path.with_suffix(f".{hashlib.sha256(text.encode()).hexdigest()[:8]}")
        unfinished.write_text(text, "utf-8")
        unfinished.replace(path)
    return json.loads(text)


def digest(sources: Iterable[Path]) -> str:
    """Return a short hash of some files' contents."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _measure(name: str) -> Any:
    from cnncourse.models import zoo  # imports PyTorch: only when something must be measured

    return getattr(zoo, name)()
