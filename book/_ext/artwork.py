"""The picture on covers and cards: a photograph in dots, and what an edge kernel sees in it.

Both are computed here by the course's own convolution: the size of a violet dot is the darkness of
the photograph at that place, the size of an orange one the strength of an edge there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cnncourse.data import photograph
from cnncourse.layers import conv2d

WEB = Path(__file__).parents[1] / "_web"
FONTS = WEB / "node_modules/@fontsource-variable/source-sans-3/files"
FONT = FONTS / "source-sans-3-latin-wght-normal.woff2"
SOBEL = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
VIOLET, ORANGE, PAPER, NIGHT, MUTED = "#c7b0f2", "#f3b267", "#fffefc", "#2b1c47", "#d9cdf0"
COVER = (1600, 2400)  # pixels, width and height
CARD = (1200, 630)
FINER = 2  # a picture is drawn so many times larger, for smooth circles


@cache
def dots(columns: int) -> NDArray[np.float64]:
    """Return the darkness and the edges of the photograph.

    Parameters
    ----------
    columns : int
        Dots in a row; the rows follow from the photograph's shape.

    Returns
    -------
    float array, shape (2, rows, columns)
        From 0 to 1.

    Examples
    --------
    >>> dots(30).shape
    (2, 20, 30)
    """
    gray = photograph("china", gray=True)
    step = gray.shape[1] // columns
    rows = gray.shape[0] // step
    cells = gray[: rows * step, : columns * step].reshape(rows, step, columns, step)
    small = cells.mean(axis=(1, 3))
    both = conv2d(small[None, None], np.stack([SOBEL, SOBEL.T])[:, None], padding=1)[0]
    edges = np.hypot(*both)
    edges[[0, -1]] = edges[:, [0, -1]] = 0  # the frame of zeros is an edge, too
    return np.stack([1 - small, edges / edges.max()])


def circles(
    columns: int, split: float = 0.5, least: float = 0.03
) -> Iterator[tuple[float, float, float, str]]:
    """Give the dots: darkness to the left of a diagonal, edges to its right.

    Parameters
    ----------
    columns : int
    split : float
        Where the diagonal crosses the middle row, as a share of the width.
    least : float
        The smallest radius of a dot that is drawn.

    Yields
    ------
    x, y, radius : float
        In dots.
    colour : str
    """
    dark, edges = dots(columns)
    for row, column in np.ndindex(*dark.shape):
        right = column > split * columns + (len(dark) / 2 - row) * 0.35
        radius = (edges if right else dark)[row, column] ** 0.8 * 0.48
        if radius > least:
            yield column + 0.5, row + 0.5, radius, ORANGE if right else VIOLET


def as_svg(columns: int) -> str:
    """Draw the dots as a vector graphic."""
    drawn = "".join(
        f'<circle cx="{x}" cy="{y}" r="{radius:.3f}" fill="{colour}"/>'
        for x, y, radius, colour in circles(columns)
    )
    box = f"0 0 {columns} {dots(columns).shape[1]}"
    space = "http://www.w3.org/2000/svg"
    return f'<svg xmlns="{space}" viewBox="{box}" aria-hidden="true">{drawn}</svg>'


def draw_dots(
    size: tuple[int, int], columns: int, left: int, width: int, least: float
) -> Image.Image:
    """Make a night-blue picture with the dots, `width` pixels of them, at its lower edge."""
    image = Image.new("RGB", (size[0] * FINER, size[1] * FINER), NIGHT)
    draw, cell = ImageDraw.Draw(image), width * FINER / columns
    top = image.height - dots(columns).shape[1] * cell
    for x, y, radius, colour in circles(columns, least=least):
        place = (left * FINER + x * cell, top + y * cell)
        draw.circle(place, radius * cell, fill=colour)
    return image.resize(size, Image.Resampling.LANCZOS)


def font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    """Return the sans serif of the book's pages."""
    made = ImageFont.truetype(FONT, size)
    made.set_variation_by_axes([weight])
    return made


def broken(text: str, used: ImageFont.FreeTypeFont, width: float) -> str:
    """Break a text into lines of at most so many pixels."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if used.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(line for line in lines if line)


def drawable(text: str) -> str:
    """Return a text that the font can write, which is a Latin one; nothing instead of another.

    Examples
    --------
    >>> drawable("Pooling, “what” – 3 × 3"), drawable("池化")
    ('Pooling, “what” – 3 × 3', '')
    """
    return text if all(letter < "\u0100" or letter in "‘’“”–—…−" for letter in text) else ""


def draw_cover(title: str, author: str) -> Image.Image:
    """Draw the cover of the bound book."""
    image = draw_dots(COVER, 80, -120, 2000, 0.03)
    draw, heading = ImageDraw.Draw(image), font(176, 650)
    draw.multiline_text((130, 160), broken(title, heading, 1340), PAPER, heading, spacing=10)
    draw.text((136, 920), author, MUTED, font=font(60, 400))
    return image.quantize(64, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)


def draw_card(above: str, title: str) -> Image.Image:
    """Draw what other sites show beside a link: a line above, and the page's title."""
    image = draw_dots(CARD, 72, 660, 560, 0.2)
    draw, heading = ImageDraw.Draw(image), font(72, 650)
    draw.text((72, 64), drawable(above), ORANGE, font=font(32, 500))
    text = broken(drawable(title), heading, 1050)
    draw.multiline_text((70, 128), text, PAPER, heading, spacing=6)
    return image.quantize(32, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
