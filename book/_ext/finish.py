"""Make the finished pages light, and mend what the theme gets wrong for readers of all kinds.

- Pictures become WebP, the size of a third, and those further down wait until they are needed.
- The theme's style sheet keeps what the pages use, its icon font the icons that are named in it.
- Names and roles that contradict what is shown are taken out.

The work is done over again with each build, from the theme's own files and from what Sphinx wrote.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pydata_sphinx_theme
from fontTools import subset
from maths import find_node
from PIL import Image
from sphinx.application import Sphinx

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
SHEET = "styles/pydata-sphinx-theme.css"
ICONS = "vendor/fontawesome/webfonts/fa-solid-900.ttf"
WEB = Path(__file__).parents[1] / "_web"
LARGE = 60_000  # bytes; a lossless picture above this is a photograph
PICTURE = re.compile(r'<img ([^>]*?)src="([^"]*_images/)([^"/]+)\.png"')
ICON = re.compile(r"\\(f[0-9a-f]{3})\b")
MENDED = {
    # the label says less than what is written on it
    '<summary aria-label="Toggle hidden content">': "<summary>",
    'search-button-field search-button__button pst-js-only" title="Search" aria-label="Search"': (
        'search-button-field search-button__button pst-js-only"'
    ),
    # a button without a name
    '<summary><span class="toctree-toggle"': (
        '<summary aria-label="Sections"><span class="toctree-toggle"'
    ),
    # a role that is no more, in a list that holds other things too
    ' role="doc-biblioentry"': "",
    '<div role="list" class="citation-list">': '<div class="citation-list">',
}


def finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    names = [*app.env.found_docs, "search", "genindex"]
    pages = [path for name in names if (path := Path(app.builder.get_outfilename(name))).is_file()]
    sizes = {path.stem: as_webp(path) for path in sorted((out / "_images").glob("*.png"))}
    for page in pages:
        text = page.read_text("utf-8")
        mended = mend(text, sizes)
        if mended != text:
            page.write_text(mended, "utf-8")
    purge(out, pages)
    keep_icons(out)


def as_webp(picture: Path) -> tuple[int, int]:
    """Write a picture as WebP beside it, and return its width and height in pixels."""
    target = picture.with_suffix(".webp")
    with Image.open(picture) as image:
        changed = max(picture.stat().st_mtime, Path(__file__).stat().st_mtime)
        if not target.is_file() or target.stat().st_mtime < changed:
            partial = target.with_suffix(".partial")
            image.convert("RGB").save(partial, "webp", lossless=True)
            if partial.stat().st_size > LARGE:
                image.convert("RGB").save(partial, "webp", quality=80)
            partial.replace(target)
        return image.size


def mend(text: str, sizes: dict[str, tuple[int, int]]) -> str:
    """Return a page with its pictures as WebP, and names and roles in order.

    Examples
    --------
    >>> mend('<img alt="" src="../_images/a.png" />', {"a": (20, 10)})
    '<img loading="lazy" width="20" height="10" alt="" src="../_images/a.webp" />'
    """

    def picture(found: re.Match[str]) -> str:
        others, folder, name = found.groups()
        if name not in sizes:
            return found[0]
        width, height = sizes[name]
        shape = f'loading="lazy" width="{width}" height="{height}"'
        return f'<img {shape} {others}src="{folder}{name}.webp"'

    text = PICTURE.sub(picture, text)
    for wrong, right in MENDED.items():
        text = text.replace(wrong, right)
    return text


def keep_icons(out: Path) -> None:
    """Write the theme's icon font with only the icons that a style sheet names."""
    sheets = [out / "_static" / SHEET, *sorted((out / "_static").glob("*.css"))]
    codes = {int(code, 16) for sheet in sheets for code in ICON.findall(sheet.read_text("utf-8"))}
    font = subset.load_font(str(THEME / ICONS), subset.Options(flavor="woff"))
    subsetter = subset.Subsetter()
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    target = out / "_static/vendor/fonts/icons.woff"
    target.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(target), subset.Options(flavor="woff"))


def purge(out: Path, pages: list[Path]) -> None:
    """Write the theme's style sheet without the rules that no page uses."""
    subprocess.run(
        [find_node(), WEB / "purge.cjs", THEME / SHEET, out / "_static" / SHEET, out],
        input="\n".join(map(str, pages)), encoding="utf-8", check=True,
    )  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
