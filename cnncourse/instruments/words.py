"""Words in the reader's language, asked for by the English ones, as gettext does.

Without a catalogue English it is. ``lib/words.js`` is the other half, for what JavaScript says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_catalogue: dict[str, str] = {}


def use(catalogue: Mapping[str, str]) -> None:
    """Take all words from a catalogue, from English to another language; an empty one is English.

    Parameters
    ----------
    catalogue : mapping of str to str

    Examples
    --------
    >>> use({"Pooled": "池化后"})
    >>> t("Pooled"), t("Not in it")
    ('池化后', 'Not in it')
    >>> use({})
    """
    _catalogue.clear()
    _catalogue.update(catalogue)


def t(english: str, **values: Any) -> str:
    """Return a sentence in the reader's language, with values put in.

    Parameters
    ----------
    english : str
        With places for the values as `str.format` has them. It is written out where `t` is called,
        so that ``make catalogues`` finds it.
    **values
        By name.

    Returns
    -------
    str

    Examples
    --------
    >>> t("{share:.1%} of the weight", share=0.95)
    '95.0% of the weight'
    """
    return _catalogue.get(english, english).format(**values)
