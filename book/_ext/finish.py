"""Make the finished pages light, and mend what the theme gets wrong for readers of all kinds.

- Pictures become WebP, the size of a third, and those further down wait until they are needed.
- The style sheet keeps the rules that the pages use, the icon font the icons that are named in it.
- Names and roles that contradict what is shown are taken out.

The work is done over again with each build, from the theme's own files and from what Sphinx wrote.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pydata_sphinx_theme
from fontTools import subset
from pack import SHEET, pack
from PIL import Image
from sphinx.application import Sphinx

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
ICONS = "vendor/fontawesome/webfonts/fa-solid-900.ttf"
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
    numbers = pack(app, pages)
    for page in pages:
        text = page.read_text("utf-8")
        mended = numbered(mend(text, sizes), numbers)
        if mended != text:
            page.write_text(mended, "utf-8")
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


def numbered(text: str, numbers: dict[str, str]) -> str:
    """Give files of the book a number that changes with them, so that no old copy is used.

    Examples
    --------
    >>> numbered('<script src="../_static/a.js?v=1"></script>', {"a.js": "2"})
    '<script src="../_static/a.js?v=2"></script>'
    """
    for name, number in numbers.items():
        text = re.sub(rf'(_static/{re.escape(name)})(\?v=\w+)?"', rf'\1?v={number}"', text)
    return text


def keep_icons(out: Path) -> None:
    """Write the theme's icon font with only the icons that the style sheet names."""
    sheet = (out / "_static" / SHEET).read_text("utf-8")
    codes = {int(code, 16) for code in ICON.findall(sheet)}
    font = subset.load_font(str(THEME / ICONS), subset.Options(flavor="woff"))
    subsetter = subset.Subsetter()
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    target = out / "_static/vendor/fonts/icons.woff"
    target.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(target), subset.Options(flavor="woff"))


def setup(app: Sphinx) -> dict[str, Any]:
    # last: the theme then writes the colours of code, too
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
