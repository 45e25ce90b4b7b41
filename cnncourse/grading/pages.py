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
    folder = files("cnncourse.grading")
    style = (folder / "pages.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(filters or {})
    text = (folder / template).read_text(encoding="utf-8")
    return environment.from_string(text).render(style=style, digest=digest, **values)
