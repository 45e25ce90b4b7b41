"""Pages for people, of what strangers wrote: everything escaped, no script, no other file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined


def render_page(
    template: str, filters: Mapping[str, Callable[..., str]] | None = None, **values: Any
) -> str:
    """Fill in a template of this folder; its style is the only one that the page allows.

    Parameters
    ----------
    template : str
        File name; its Content-Security-Policy takes `digest`, its style element `style`.
    filters : mapping of str to callable, optional
    values : object
        What the template shows.
    """
    style = _read("pages.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _render(template, True, filters or {}, style=style, digest=digest, **values)


def fill_in_text(
    template: str, filters: Mapping[str, Callable[..., str]] | None = None, **values: Any
) -> str:
    """Fill in a template of plain text; nothing is escaped.

    Parameters
    ----------
    template : str
        File name.
    filters : mapping of str to callable, optional
    values : object
        What the text shows.
    """
    return _render(template, False, filters or {}, **values)


def _render(
    template: str, escape: bool, filters: Mapping[str, Callable[..., str]], **values: Any
) -> str:
    environment = Environment(
        autoescape=escape, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(filters)
    return environment.from_string(_read(template)).render(**values)


def _read(name: str) -> str:
    return (files("cnncourse.grading") / name).read_text(encoding="utf-8")
