"""Put everything the pages load into the built folder, and nothing outside it.

The fonts come from npm (``book/_web``), are copied beside the pages, and so work from ``file://``.
What the theme's own extensions would fetch from elsewhere is removed; any other script or style
sheet with an outside address stops the build.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

WEB = Path(__file__).parents[1] / "_web"
MODULES = WEB / "node_modules"
FONTS = MODULES / "@fontsource-variable"

# file in node_modules -> file in the built book's _static/vendor
FILES = {
    FONTS / family / "files" / f"{family}-{subset}-wght-{style}.woff2": (
        f"fonts/{family}-{subset}-{style}.woff2"
    )
    for family in ("source-serif-4", "source-sans-3", "source-code-pro")
    for subset in ("latin", "latin-ext")
    for style in ("normal", "italic")
}
LICENCES = {
    MODULES / "mathjax/LICENSE": "mathjax/LICENSE",
    FONTS / "source-serif-4/LICENSE": "fonts/LICENSE",
}


def check_installed(files: dict[Path, str] = FILES | LICENCES) -> None:
    """Raise ExtensionError with the command to run if a file from npm is missing."""
    missing = [path for path in files if not path.is_file()]
    if missing:
        name = missing[0].relative_to(WEB)
        raise ExtensionError(f"book/_web/{name} is missing: run `make assets` once, then build")


def copy_files(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    check_installed()
    vendor = Path(app.outdir) / "_static" / "vendor"
    for source, name in (FILES | LICENCES).items():
        target = vendor / name
        if target.is_file() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        shutil.copyfile(source, partial)
        partial.replace(target)


def keep_inside(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Drop Thebe, which no page uses; refuse every other outside script or style sheet."""
    for kind in ("script_files", "css_files"):
        kept = [file for file in context[kind] if "thebe" not in _everything(file)]
        for file in kept:
            if str(getattr(file, "filename", file) or "").startswith(("http:", "https:", "//")):
                raise ExtensionError(f"{pagename} would load {file} from outside the book")
        context[kind][:] = kept  # the same list: others still add to it


def _everything(file: object) -> str:
    body = getattr(file, "attributes", {}).get("body") or ""
    return f"{getattr(file, 'filename', file)} {body}".lower()


# from disk a page may not read another one, which is how results get their excerpts
SEARCH_FROM_DISK = (
    "if (location.protocol === 'file:') DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false"
)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_js_file(None, body=SEARCH_FROM_DISK)
    app.connect("builder-inited", copy_files)
    for priority in (0, 900):  # what all pages have, and what a page adds
        app.connect("html-page-context", keep_inside, priority=priority)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
