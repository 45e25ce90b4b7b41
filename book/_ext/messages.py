"""Find the words that are no prose of a page: those of instruments, quizzes, live cells, the book.

They are asked for by the English ones: t("...") in Python, t`...` in JavaScript. `make catalogues`
gathers them in the catalogue ``interface``, beside those that Sphinx makes of the pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from cnncourse.instruments import INSTRUMENTS, instrument

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "book/locale"
INTERFACE = "interface"
PYTHON = ("cnncourse/instruments/*.py", "book/_ext/*.py")
JAVASCRIPT = (
    "cnncourse/instruments/*.js", "cnncourse/instruments/lib/*.js", "book/_static/*.js",
    "book/_web/live/*.js",
)  # fmt: skip

Found = tuple[str, str, int]  # a message, the file and the line that ask for it


def template(text: str, start: int) -> tuple[str, int, list[tuple[int, int]]]:
    """Read a template literal of JavaScript, from behind its first backtick.

    Returns
    -------
    message : str
        With `{0}`, `{1}`, ... where values are put in.
    end : int
        The place behind the last backtick.
    inner : list of (int, int)
        Where the code of the values stands.

    Examples
    --------
    >>> template("${n} of ${all ? `x` : '}'} weights`;", 0)[:2]
    ('{0} of {1} weights', 35)
    """
    message, at = "", start
    inner: list[tuple[int, int]] = []
    while text[at] != "`":
        if text.startswith("${", at):
            end = code_end(text, at + 2)
            message += f"{{{len(inner)}}}"
            inner.append((at + 2, end))
            at = end + 1
        elif text[at] == "\\":
            message += text[at + 1]
            at += 2
        else:
            message += text[at]
            at += 1
    return message, at + 1, inner


def code_end(text: str, at: int) -> int:
    """Return the place of the brace that closes a value of a template literal."""
    depth = 0
    while depth or text[at] != "}":
        if text[at] == "`":
            at = template(text, at + 1)[1]
            continue
        if text[at] in "\"'":
            at = text.index(text[at], at + 1)
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


def javascript(text: str, offset: int = 0, end: int | None = None) -> Iterator[tuple[str, int]]:
    """Yield the messages of a script, and the line of each.

    Examples
    --------
    >>> list(javascript("say(t`a ${b ? t`very ` : ''}b`);"))
    [('a {0}b', 1), ('very ', 1)]
    """
    end = len(text) if end is None else end
    at = text.find("t`", offset, end)
    while at >= 0:
        behind = at + 2
        if not (text[at - 1].isalnum() or text[at - 1] in "_$`"):
            message, behind, inner = template(text, behind)
            yield message, text.count("\n", 0, at) + 1
            for first, last in inner:
                yield from javascript(text, first, last)
        at = text.find("t`", behind, end)


def in_scripts() -> Iterator[Found]:
    for path in sorted(path for pattern in JAVASCRIPT for path in ROOT.glob(pattern)):
        text = "\n".join(  # examples in comments are no messages
            "" if line.lstrip().startswith(("//", "*", "/*")) else line
            for line in path.read_text("utf-8").splitlines()
        )
        for message, line in javascript(text):
            yield message, path.relative_to(ROOT).as_posix(), line


def in_python() -> Iterator[Found]:
    for path in sorted(path for pattern in PYTHON for path in ROOT.glob(pattern)):
        for line, message, *_ in extract_from_file("python", str(path), keywords={"t": None}):
            yield str(message), path.relative_to(ROOT).as_posix(), line


def of_instruments() -> Iterator[Found]:
    """Yield the titles, sentences, proposals and other words of the instruments' classes."""
    for name in INSTRUMENTS:
        made = instrument(name)
        for message in (made.title, made.summary, *(one.say for one in made.tries), *made.words):
            yield message, f"cnncourse/instruments/{name}.py", 1


def interface(settings: Iterable[str] = ()) -> Catalog:
    """Gather all messages, with those among the settings of the book."""
    catalogue = Catalog(project="cnncourse", fuzzy=False)
    for message, file, line in [*of_instruments(), *in_python(), *in_scripts()]:
        catalogue.add(message, locations=[(file, line)])
    for message in settings:
        catalogue.add(message, locations=[("_config.yml", 1)])
    return catalogue


def write_interface(folder: Path, settings: Iterable[str]) -> None:
    with (folder / f"{INTERFACE}.pot").open("wb") as file:
        write_po(file, interface(settings), sort_output=True)


def translations(language: str, domain: str = INTERFACE) -> dict[str, str]:
    """Read a catalogue as a table from English; what is not translated is not in it."""
    path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        entries = read_po(file, locale=language)
    return {str(e.id): str(e.string) for e in entries if e.id and e.string and not e.fuzzy}
