"""What every instrument's widget class has: its state as traits, words about it, a still twin.

The traits that a subclass declares are its state, the one source of it: they sync with JavaScript,
their defaults and limits reach the controls in the page, and an address or a directive in the book
sets them by text.
"""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote

import anywidget
import numpy as np
import traitlets
from matplotlib.figure import Figure

from cnncourse.errors import ArgumentError
from cnncourse.instruments.linker import page_scripts, source, style
from cnncourse.instruments.words import t


class Try(NamedTuple):
    """A proposal: a sentence, and the state it sets (none: the sentence alone)."""

    say: str
    state: Mapping[str, Any] = {}


class Twin(NamedTuple):
    """What stands in a page where the instrument cannot run: a picture, also in words."""

    figure: Figure
    alt: str
    caption: str

    def png(self, dpi: int) -> str:
        """Return the picture as a PNG in base64."""
        picture = io.BytesIO()
        self.figure.savefig(picture, format="png", dpi=dpi)
        return base64.b64encode(picture.getvalue()).decode()

    def html(self, picture: str) -> str:
        """Return the picture, a PNG in base64, as a figure with its words."""
        return (
            f'<figure><img src="data:image/png;base64,{picture}"'
            f' alt="{html.escape(self.alt)}" style="max-width:100%">'
            f"<figcaption>{html.escape(self.caption)}</figcaption></figure>"
        )


class Numbers(traitlets.TraitType[Any, Any]):
    """A trait that holds an array of numbers as nested lists, given as anything array-like.

    Parameters
    ----------
    default : array-like
    shapes : sequence of tuple of int, optional
        The shapes allowed; the default's alone when left out.
    min, max : float
        Limits of every number.

    Examples
    --------
    >>> class Line(traitlets.HasTraits):
    ...     points = Numbers([0, 1], max=9)
    >>> Line(points=np.array([3, 4])).points
    [3.0, 4.0]
    """

    def __init__(
        self,
        default: Any,
        shapes: Sequence[tuple[int, ...]] | None = None,
        min: float = -np.inf,
        max: float = np.inf,
    ) -> None:
        start = np.asarray(default, dtype=np.float64)
        self.shapes = [start.shape] if shapes is None else list(shapes)
        self.min, self.max = min, max
        super().__init__(start.tolist())
        self.tag(sync=True)

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the numbers as nested lists; a TraitError says what was expected."""
        try:
            array = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            array = np.array(np.nan)
        fits = array.shape in self.shapes and np.isfinite(array).all()
        if not (fits and (array >= self.min).all() and (array <= self.max).all()):
            shapes = " or ".join(map(str, self.shapes))
            raise traitlets.TraitError(
                f"{self.name}: expected numbers of shape {shapes} "
                f"from {self.min:g} to {self.max:g}, got {value!r}"
            )
        return array.tolist()


class Instrument(anywidget.AnyWidget):
    """Base of the instruments. A subclass declares its state as traits and says what it is.

    Attributes
    ----------
    name, title, summary : str
        The module's name, the heading, and one sentence on what it shows.
    tries : sequence of Try
        What to try.
    data : sequence of str
        Traits that are given and not part of the state: they are in no address and no reset.
    words : sequence of str
        Words in the data that readers see, for translators; JavaScript asks for them by `word`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    tries: ClassVar[Sequence[Try]] = ()
    data: ClassVar[Sequence[str]] = ()
    words: ClassVar[Sequence[str]] = ()

    about = traitlets.Dict(read_only=True).tag(sync=True)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.name = cls.__module__.rpartition(".")[2]

    def __init__(self, **state: Any) -> None:
        self._esm, self._css = source(self.name), style(self.name)
        super().__init__(**state)
        self.set_trait("about", self._describe())

    @classmethod
    def state_names(cls) -> list[str]:
        """List the traits that are the instrument's state, in the order of their definition."""
        own = [k for c in reversed(cls.__mro__) if issubclass(c, Instrument) for k in vars(c)]
        traits = cls.class_traits(sync=True)
        hidden = {"about", *cls.data}
        return [k for k in dict.fromkeys(own) if k in traits and k not in hidden and k[0] != "_"]

    def state_values(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {key: getattr(self, key) for key in self.state_names()}

    def _describe(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": t(self.title),
            "summary": t(self.summary),
            "tries": [{"say": t(words), "set": dict(state)} for words, state in self.tries],
            "initial": self.state_values(),
            "limits": {key: _limits(self.traits()[key]) for key in self.state_names()},
        }

    @classmethod
    def from_text(cls, options: Mapping[str, str]) -> Instrument:
        """Make an instrument from text, as a directive or an address gives its state.

        Raises
        ------
        ArgumentError
            If the instrument has no such trait, or the text does not fit it.
        """
        defaults = cls.class_traits()
        for key in options:
            if key not in cls.state_names():
                raise ArgumentError(key, f"one of {', '.join(cls.state_names())}", repr(key))
        try:
            return cls(**{k: parse(v, defaults[k].default_value) for k, v in options.items()})
        except (traitlets.TraitError, ValueError) as wrong:
            raise ArgumentError("state", f"what {cls.name} takes", str(wrong)) from wrong

    def fragment(self) -> str:
        """Write what differs from the initial state as the fragment of an address.

        Returns
        -------
        str
            To put after a `#` behind the address of a page that has the instrument.
        """
        initial = type(self)().state_values()
        changed = {k: v for k, v in self.state_values().items() if v != initial[k]}
        return "&".join(f"{self.name}.{k}={quote(write(v), ',;')}" for k, v in changed.items())

    def twin(self) -> Twin:
        """Draw the present state as a still picture."""
        raise NotImplementedError

    def page_data(self) -> dict[str, Any]:
        """Return all that the instrument needs to run in a page, as plain data."""
        given = {key: getattr(self, key) for key in self.data}
        return {**given, **self.state_values(), "about": self._describe()}

    def to_html(self) -> str:
        """Return a whole page with this instrument alone, which opens from disk."""
        texts = page_scripts(self.name).values()
        scripts = "\n".join(f"<script>\n{text}</script>" for text in texts)
        twin = self.twin()
        still = twin.html(twin.png(dpi=144))
        return (
            f'<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{html.escape(self.title)}</title>"
            f"<style>{ALONE}{style(self.name)}</style></head>\n"
            f"<body><main>{slot(self, still)}</main>\n{scripts}</body></html>\n"
        )

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Put the still twin beside the view, for where a notebook is read without a kernel."""
        data, metadata = super()._repr_mimebundle_(**options) or ({}, {})
        twin = self.twin()
        picture = twin.png(dpi=100)
        data |= {
            "text/plain": f"{self.title}. {twin.alt} {twin.caption}",
            "text/html": twin.html(picture),
            "image/png": picture,
        }
        return data, metadata | {"image/png": {"alt": twin.alt}}


ALONE = (
    "html{color-scheme:light dark}body{margin:0 auto;max-width:52rem;padding:.6rem;"
    "font-family:system-ui,sans-serif;background:light-dark(#fffefc,#17181c);"
    "color:light-dark(#22242a,#e4e1dc)}"
)


def slot(instrument: Instrument, still: str) -> str:
    """Return the HTML that the page's runtime replaces by the running instrument.

    Parameters
    ----------
    instrument : Instrument
    still : str
        HTML that stands there until then, and where there is no JavaScript.
    """
    data = json.dumps(instrument.page_data(), separators=(",", ":")).replace("</", "<\\/")
    return (
        f'<div class="cnn-slot" data-instrument="{instrument.name}" id="{instrument.name}">'
        f'<script type="application/json">{data}</script>{still}</div>'
    )


def write(value: Any) -> str:
    """Write a value of the state so that `parse` reads it again.

    Examples
    --------
    >>> write(True), write(2), write([[1.0, -2.5], [3.0, 4.0]])
    ('1', '2', '1,-2.5;3,4')
    """
    if isinstance(value, list):
        between = ";" if value and isinstance(value[0], list) else ","
        return between.join(map(write, value))
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def parse(text: str, like: Any) -> Any:
    """Read a value of the state from text; `1,2;3,4` is a grid of two rows.

    Examples
    --------
    >>> parse("2", 1), parse("0.5", 1.0), parse("yes", True), parse("blur", "edge")
    (2, 0.5, True, 'blur')
    >>> parse("-1,0,1", [0.0]), parse("1,2;3,4", [[0.0]])
    ([-1.0, 0.0, 1.0], [[1.0, 2.0], [3.0, 4.0]])
    """
    if isinstance(like, bool):
        return text.strip().lower() in {"1", "true", "yes", "on"}
    if isinstance(like, int):
        return int(text)
    if isinstance(like, float):
        return float(text)
    if not isinstance(like, list):
        return text.strip()
    rows = [[float(number) for number in row.split(",")] for row in text.split(";")]
    return rows if like and isinstance(like[0], list) else rows[0]


def _limits(trait: Any) -> dict[str, Any]:
    """Give what bounds a trait, as the controls of the page need it."""
    limits: dict[str, Any] = {}
    for end in ("min", "max"):
        bound = getattr(trait, end, None)
        if bound is not None and np.isfinite(bound):
            limits[end] = bound
    for key, attribute in (("choices", "values"), ("shapes", "shapes")):
        if several := getattr(trait, attribute, None):
            limits[key] = [list(one) if isinstance(one, tuple) else one for one in several]
    return limits
