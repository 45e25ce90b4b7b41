"""Live cells: code cells tagged `live` can be changed and run in the page, by Pyodide.

What a page shows is the output of the build, with or without JavaScript; nothing is loaded until a
reader asks for it. Cells tagged `live-setup` are run before the first live cell below them, whether
the page shows them or not. The scripts are in ``book/_web/live``, Python comes from `make assets`.
"""

from __future__ import annotations

import hashlib
import html
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupytext
from browser_wheel import WHEELS, build_wheel, lock_entry
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[2]
WEB = ROOT / "book/_web"
SOURCES = WEB / "live"
MODULES = WEB / "node_modules"
PYODIDE = ROOT / "_build/pyodide"
LOCK = "pyodide-lock.json"
SCRIPTS = {  # entry: format of what is made of it
    "cells.js": "iife", "workbook.js": "iife", "editor.js": "esm", "worker.js": "esm",
}
AT_ONCE = ("cnncourse", "numpy")  # packages that Python starts with
FOR_FIGURES = ("matplotlib", "pillow")


def bundle(folder: Path) -> str:
    """Make each script one file; return a hash over what the page's scripts and Python are."""
    node, esbuild = Path(sys.executable).parent / "node", MODULES / "esbuild/bin/esbuild"
    if not esbuild.is_file():
        raise ExtensionError("book/_web/node_modules is incomplete: run `make assets`, then build")
    folder.mkdir(parents=True, exist_ok=True)
    for name, form in SCRIPTS.items():
        options = [
            "--bundle", "--minify", "--target=es2022", f"--format={form}", "--loader:.py=text",
            "--external:../pyodide/pyodide.mjs", "--log-level=warning", "--charset=utf8",
        ]
        run = subprocess.run(
            [node, esbuild, SOURCES / name, f"--outfile={folder / name}", *options],
            capture_output=True, text=True, check=False,
        )
        if run.returncode:
            raise ExtensionError(f"book/_web/live/{name}: {run.stderr.strip()}")
    shutil.copyfile(SOURCES / "live.css", folder / "live.css")
    shutil.copyfile(MODULES / "@codemirror/view/LICENSE", folder / "LICENSE-codemirror")
    made = sorted(folder.glob("*.js")) + sorted(folder.glob("*.css"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in made)).hexdigest()[:8]


def copy_python(folder: Path) -> dict[str, float]:
    """Put Pyodide and the course's wheels beside the pages; return what they weigh, in MB."""
    if not (PYODIDE / LOCK).is_file():
        raise ExtensionError("_build/pyodide is missing: run `make assets`, then build")
    folder.mkdir(parents=True, exist_ok=True)
    for source in PYODIDE.iterdir():
        target = folder / source.name
        if source.name != LOCK and not same_file(source, target):
            part = target.with_name(f"{target.name}.part")
            shutil.copyfile(source, part)
            part.replace(target)
    lock = json.loads((PYODIDE / LOCK).read_text("utf-8"))
    wheels = {name: build_wheel(folder, name) for name in WHEELS}
    lock["packages"] |= {name: lock_entry(wheel, name) for name, wheel in wheels.items()}
    part = folder / f"{LOCK}.part"
    part.write_text(json.dumps(lock, indent=1), encoding="utf-8")
    part.replace(folder / LOCK)
    for other in folder.iterdir():
        if other not in wheels.values() and not (PYODIDE / other.name).exists():
            other.unlink()
    return weigh(folder, lock["packages"])


def same_file(source: Path, target: Path) -> bool:
    """Tell by size and time whether a file has been copied already."""
    if not target.is_file():
        return False
    here, there = source.stat(), target.stat()
    return here.st_size == there.st_size and here.st_mtime <= there.st_mtime


def weigh(folder: Path, packages: dict[str, Any]) -> dict[str, float]:
    """Return the MB that the first run loads, and those that figures need on top."""
    def files(names: tuple[str, ...]) -> set[str]:
        found, queue = set(), list(names)
        while queue:
            package = packages[queue.pop()]
            found.add(package["file_name"])
            queue += package["depends"]
        return found

    core = {path.name for path in folder.glob("py*.*") if path.suffix in (".mjs", ".wasm", ".zip")}
    first = core | files(AT_ONCE)
    more = files(FOR_FIGURES) - first

    def megabytes(names: set[str]) -> float:
        return round(sum((folder / name).stat().st_size for name in names) / 1e6, 1)

    return {"megabytes": megabytes(first), "figures": megabytes(more)}


def prepare(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    version = bundle(static / "live")
    app.live_settings = {"version": version, **copy_python(static / "pyodide")}


def pages_to_write_again(app: Sphinx, env: Any, *_: Any) -> list[str]:
    """Name the pages with live cells or an exercise if what they say of Python has changed."""
    record = Path(app.doctreedir) / "live.json"
    settings = json.dumps(getattr(app, "live_settings", None))
    if record.is_file() and record.read_text("utf-8") == settings:
        return []
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(settings, encoding="utf-8")
    sources = {name: Path(app.env.doc2path(name)).read_text("utf-8") for name in env.all_docs}
    return [name for name, text in sources.items() if "live]" in text or "{workbook}" in text]


def live_cells(source: str) -> list[dict[str, Any]]:
    """Read off a page's source which cells a live cell needs: `live` and `live-setup`, in order."""
    cells = []
    for cell in jupytext.reads(source, fmt="md:myst").cells:
        tags = cell.metadata.get("tags", [])
        if "live" in tags or "live-setup" in tags:
            cells.append({"code": cell.source, "shown": "live" in tags})
    return cells


def as_script(name: str, data: Any) -> str:
    """Write data into a page so that a script can read it and nothing in it ends the element."""
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="{html.escape(name)}">{text}</script>'


def add_scripts(app: Sphinx, name: str) -> None:
    """Let the page that is being written load one of the scripts, and the style sheet."""
    settings = json.dumps(app.live_settings)
    app.add_css_file("live/live.css")
    app.add_js_file(f"live/{name}", loading_method="defer", **{"data-settings": settings})


def furnish(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give a page with live cells what they need."""
    if doctree is None or app.builder.format != "html" or "tag_live" not in context["body"]:
        return
    cells = live_cells(Path(app.env.doc2path(pagename)).read_text("utf-8"))
    context["body"] += as_script("live-cells", cells)
    add_scripts(app, "cells.js")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", prepare)
    app.connect("env-get-outdated", pages_to_write_again)
    app.connect("html-page-context", furnish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
