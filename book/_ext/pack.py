"""One script and one style sheet, `book.js` and `book.css`, for all that every page loads.

Sphinx, the theme and its extensions bring some thirty files, each of which a page would wait for.
They are joined in their own order, without the rules that no page uses, and run when the page is
there. What only some pages load (instruments, quizzes, live cells) stays in files of its own.
"""

from __future__ import annotations

import posixpath
import re
import subprocess
from pathlib import Path
from typing import Any
from zlib import crc32

from maths import find_node
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

WEB = Path(__file__).parents[1] / "_web"
ESBUILD = WEB / "node_modules/esbuild/bin/esbuild"
SCRIPT, SHEET = "book.js", "book.css"
FIRST_SHEETS = ("_static/basic.css", "_static/styles/pydata-sphinx-theme.css")
LAST_SCRIPTS = ("_static/scripts/bootstrap.js", "_static/scripts/pydata-sphinx-theme.js")
OWN_SHEETS = ("_static/course.css",)
ONLY_IMPORTS = "_static/styles/theme.css"  # the first of the first
ADDRESS = re.compile(r"""url\((["']?)(?!["']|data:|#)""")
OF_A_SWITCHER = "DOCUMENTATION_OPTIONS."  # of versions of a book; this one has no such switcher
WIDE_BOXES = '"complete"===document.readyState?I():window.addEventListener("load",I)'


def note_shared(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Before a page adds its own files: note what all have, and give it the two files instead."""
    app.shared = {  # type: ignore[attr-defined]
        kind: list(context[kind]) for kind in ("css_files", "script_files")
    }
    app.add_js_file(SCRIPT, loading_method="defer", priority=0)
    app.add_css_file(SHEET, priority=0)


def leave_out_shared(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """After a page has added its own files: leave only those, and the two."""
    for kind, shared in app.shared.items():  # type: ignore[attr-defined]
        context[kind][:] = [
            file for file in context[kind]
            if file not in shared and not _body(file).startswith(OF_A_SWITCHER)
        ]  # fmt: skip


def _body(file: Any) -> str:
    return (file.attributes.get("body") or "").strip()


def pack(app: Sphinx, pages: list[Path]) -> dict[str, str]:
    """Write the two files, and return a number for what is in each."""
    if not hasattr(app, "shared"):
        return {}  # no page was written
    out = Path(app.outdir)
    sheets, scripts = (
        sorted(app.shared[kind], key=lambda file: file.priority)
        for kind in ("css_files", "script_files")
    )
    texts = {SCRIPT: join_scripts(scripts, out), SHEET: join_sheets(sheets, out, pages)}
    for name, text in texts.items():
        (out / "_static" / name).write_text(text, "utf-8")
    return {name: f"{crc32(text.encode()):08x}" for name, text in texts.items()}


def join_scripts(files: list[Any], out: Path) -> str:
    """Join scripts, each once, whether they are a file or stand in the page."""
    texts = [_read(out, file.filename) if file.filename else _body(file) for file in files]
    texts += [_read(out, name) for name in LAST_SCRIPTS]
    return _minified("".join(f"{text}\n;" for text in dict.fromkeys(texts)), "js")


def _read(out: Path, name: str) -> str:
    return mended(name, (out / name).read_text("utf-8"))


def mended(name: str, text: str) -> str:
    """Return a script of the theme without what `scroll.js` does better.

    After each change anywhere in a page, the theme measures all code and all tables of it again.
    """
    if not name.endswith("pydata-sphinx-theme.js"):
        return text
    if WIDE_BOXES not in text:
        raise ExtensionError(f"{name} is another one than book/_ext/pack.py knows")
    return text.replace(WIDE_BOXES, "0")


def join_sheets(files: list[Any], out: Path, pages: list[Path]) -> str:
    """Join style sheets: of those by others the rules that are used, and then our own."""
    names = dict.fromkeys([*FIRST_SHEETS, *(file.filename for file in files)])
    texts = {
        name: rebased((out / name).read_text("utf-8"), posixpath.relpath(name, "_static"))
        for name in names if name != ONLY_IMPORTS
    }  # fmt: skip
    own = "".join(texts.pop(name) for name in OWN_SHEETS)
    used = _run([WEB / "purge.cjs", *pages, *_scripts(out)], "\n".join(texts.values()))
    return _minified(used + own, "css")


def rebased(sheet: str, name: str) -> str:
    """Write the addresses in a style sheet as seen from the folder above its own.

    Examples
    --------
    >>> rebased('a { src: url("../fonts/a.woff") } b { src: url(data:x) }', "styles/theme.css")
    'a { src: url("styles/../fonts/a.woff") } b { src: url(data:x) }'
    """
    folder = posixpath.dirname(name)
    return ADDRESS.sub(rf"url(\1{folder}/", sheet) if folder else sheet


def _scripts(out: Path) -> list[Path]:
    folders = (out / "_static", out / "_static/live", out / "_static/instruments")
    return sorted(path for folder in folders for path in folder.glob("*.js"))


def _minified(text: str, kind: str) -> str:
    return _run([ESBUILD, "--minify", f"--loader={kind}", "--log-level=error"], text)


def _run(command: list[Any], text: str) -> str:
    run = subprocess.run(
        [find_node(), *command], input=text, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if run.returncode:
        raise ExtensionError(f"{Path(command[0]).name}: {run.stderr.strip()}")
    return run.stdout


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_js_file("scroll.js", loading_method="defer")
    app.connect("html-page-context", note_shared, priority=1)
    app.connect("html-page-context", leave_out_shared, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
