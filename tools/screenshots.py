"""Take pictures of the built book: python tools/screenshots.py [FOLDER]

Every page at 1280 and 390 pixels, light and dark, as it first appears and (…-whole) from top to
bottom, and every instrument (instrument-…). FOLDER is _build/screenshots unless given. The README's
picture is made anew as well.
"""

from __future__ import annotations

import sys
from pathlib import Path

from browser import open_browser
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build/html"
README_PICTURE = ROOT / "docs/screenshot.png"
README_FIGURE = "#fig-photograph"
READY = """async () => {
    for (const picture of document.images) picture.loading = "eager";
    await Promise.all([...document.images].map(picture => picture.decode().catch(() => 0)));
    await document.fonts.ready;
}"""
HEIGHTS = {1280: 800, 390: 844}


def pages() -> list[Path]:
    """List the book's own pages, in the order of their paths."""
    found = sorted((HTML / "book").rglob("*.html"))
    if not found:
        sys.exit(f"{HTML} holds no book: run `make book` first")
    return found


def instruments(page: Page, folder: Path, stem: str) -> None:
    """Take each instrument of the page that has them all, running and opened."""
    page.goto((HTML / "book/instruments.html").as_uri())
    page.add_style_tag(content=".bd-header-article, .bd-header, #pst-skip-link { display: none }")
    for slot in page.locator(".cnn-slot").all():
        slot.scroll_into_view_if_needed()
        slot.locator(".cnn-words").wait_for()
        page.evaluate(READY)
        name = slot.get_attribute("data-instrument")
        slot.screenshot(path=folder / f"instrument-{name}-{stem}.png")


def picture_for_readme(browser: Browser) -> None:
    """Take the chapter on convolution where a photograph stands beside its maps."""
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
    page.goto((HTML / "book/02_convolution/index.html").as_uri() + README_FIGURE)
    page.evaluate(READY)
    README_PICTURE.parent.mkdir(exist_ok=True)
    page.screenshot(path=README_PICTURE)
    page.close()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with open_browser() as browser:
        for width, height in HEIGHTS.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme
                )
                page = context.new_page()
                for path in pages():
                    name = "-".join(path.relative_to(HTML / "book").with_suffix("").parts)
                    page.goto(path.as_uri())
                    page.evaluate(READY)
                    stem = f"{name}-{width}-{scheme}"
                    page.screenshot(path=folder / f"{stem}.png")
                    page.screenshot(path=folder / f"{stem}-whole.png", full_page=True)
                instruments(page, folder, f"{width}-{scheme}")
                context.close()
        picture_for_readme(browser)
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures in {folder}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build/screenshots")
