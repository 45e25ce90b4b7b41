"""The figures and tables of the book.

All figures have one width, so that their lettering has one size on the page and stays
legible on a narrow screen. Images are drawn from 0 (black) to 1 (white); an array with
negative values is drawn in colours centred on 0 (orange above, violet below). Wherever
values leave 0..1 the range is written under the image.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ShapeError
from cnncourse.shapes import Window, receptive_field

WIDTH = 6.4  # inches, of every figure
TITLE = 0.32  # inches, of a panel's title and the gap around it
SIGNED = "PuOr_r"
STYLE: dict[Any, Any] = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 192,
    "figure.facecolor": "white",
    "lines.linewidth": 1.8,
}


class BookFigure(Figure):
    """A figure that a notebook shows at twice the screen's resolution, whatever its backend."""

    @mpl.rc_context(STYLE)
    def add_subplot(self, *args: Any, **options: Any) -> Axes:
        """Add axes in the style of the book; arguments as in matplotlib."""
        return super().add_subplot(*args, **options)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        width, height = self.get_size_inches() * 96  # CSS pixels
        return buffer.getvalue(), {"width": int(width), "height": int(height)}


@mpl.rc_context(STYLE)
def new_figure(height: float) -> BookFigure:
    """Make an empty figure of the book's width and style.

    Parameters
    ----------
    height : float
        Inches.

    Returns
    -------
    BookFigure
        It belongs to the caller alone: nothing needs to be closed.

    Examples
    --------
    >>> axes = new_figure(height=3).subplots()
    >>> axes.set_xlabel("shift / pixels")
    Text(0.5, 0, 'shift / pixels')
    """
    return BookFigure(figsize=(WIDTH, height), layout="constrained")


@mpl.rc_context(STYLE)
def show_images(
    images: Sequence[ArrayLike],
    titles: Sequence[str] | None = None,
    columns: int | None = None,
) -> Figure:
    """Draw images side by side, each with its title.

    Parameters
    ----------
    images : sequence of float arrays, shape (H, W), (1, H, W) or (3, H, W)
        Values from 0 to 1, or any signed range for maps with one channel.
    titles : sequence of str, optional
    columns : int, optional
        Images in a row; by default up to three.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ShapeError
        If an array is not an image.

    Examples
    --------
    >>> figure = show_images([np.eye(4), np.eye(4) - 0.5], titles=["an image", "a signed map"])
    >>> [axes.get_title() for axes in figure.axes]
    ['an image', 'a signed map']
    """
    arrays = [_as_image(image) for image in images]
    columns = columns or min(3, max(1, len(arrays)))
    aspect = max(array.shape[0] / array.shape[1] for array in arrays)
    figure, grid = _panels(len(arrays), columns, aspect)
    for axes, array, title in zip(grid, arrays, titles or [""] * len(arrays), strict=True):
        _draw_image(axes, array, title)
    return figure


@mpl.rc_context(STYLE)
def show_feature_map(
    image: ArrayLike,
    feature_map: ArrayLike,
    kernel: ArrayLike | None = None,
    titles: Sequence[str] = ("image", "kernel", "feature map"),
) -> Figure:
    """Draw an image, the kernel that went over it, and the map that came out.

    Parameters
    ----------
    image : float array, shape (H, W) or (3, H, W)
    feature_map : float array, shape (H_out, W_out)
    kernel : float array, shape (K_h, K_w), optional
        Drawn between the two, with its numbers.
    titles : three str
        For image, kernel and map.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> figure = show_feature_map(np.eye(5), np.eye(3), kernel=np.ones((3, 3)))
    >>> [axes.get_title() for axes in figure.axes]
    ['image', 'kernel', 'feature map']
    """
    picture = _as_image(image)
    panels = 2 if kernel is None else 3
    figure, grid = _panels(panels, panels, picture.shape[0] / picture.shape[1])
    _draw_image(grid[0], picture, titles[0])
    if kernel is not None:
        _draw_numbers(grid[1], np.asarray(kernel, dtype=float), titles[1])
    _draw_image(grid[-1], _as_image(feature_map), titles[2])
    return figure


@mpl.rc_context(STYLE)
def show_kernels(
    kernels: Mapping[str, ArrayLike] | Sequence[ArrayLike], columns: int | None = None
) -> Figure:
    """Draw small arrays as grids of coloured cells with their numbers written in.

    Parameters
    ----------
    kernels : mapping of title to float array of shape (K_h, K_w), or sequence of such arrays
    columns : int, optional
        Kernels in a row; by default up to four.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ShapeError
        If an array does not have two axes.

    Examples
    --------
    >>> figure = show_kernels({"identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]]})
    >>> [text.get_text() for text in figure.axes[0].texts][3:6]
    ['0', '1', '0']
    """
    named = kernels if isinstance(kernels, Mapping) else dict(enumerate(kernels))
    arrays = [np.asarray(kernel, dtype=float) for kernel in named.values()]
    for array in arrays:
        if array.ndim != 2:
            raise ShapeError("kernels", "arrays of shape (K_h, K_w)", array.shape)
    columns = columns or min(4, max(1, len(arrays)))
    aspect = max(array.shape[0] / array.shape[1] for array in arrays)
    figure, grid = _panels(len(arrays), columns, aspect)
    titles = named if isinstance(kernels, Mapping) else [""] * len(arrays)
    for axes, array, title in zip(grid, arrays, titles, strict=True):
        _draw_numbers(axes, array, str(title))
    return figure


@mpl.rc_context(STYLE)
def show_confusion(counts: ArrayLike, classes: Sequence[str]) -> Figure:
    """Draw what was taken for what: a row for each true class, as shares of the row.

    Parameters
    ----------
    counts : int array, shape (classes, classes)
        Row i, column j: how many of class i were taken for class j.
    classes : sequence of str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ShapeError
        If there is not one row and one column for each class.

    Examples
    --------
    >>> figure = show_confusion([[9, 1], [3, 7]], ["cat", "dog"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['90', '10', '30', '70']
    """
    figure = new_figure(height=min(WIDTH, 1.4 + 0.42 * len(classes)))
    draw_confusion(figure.add_subplot(), counts, classes)
    return figure


def draw_confusion(axes: Axes, counts: ArrayLike, classes: Sequence[str]) -> None:
    """Draw the table of `show_confusion` as one panel of several.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    counts, classes
        As for `show_confusion`, with the same error.
    """
    table = np.asarray(counts, dtype=float)
    if table.shape != (len(classes), len(classes)):
        expected = f"{len(classes)} rows and columns, one for each class"
        raise ShapeError("counts", expected, table.shape)
    shares = table / table.sum(axis=1, keepdims=True).clip(min=1)
    axes.imshow(shares, cmap="Purples", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 0.6 else "black"
        axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(classes)), labels=list(classes), rotation=45, ha="right")
    axes.set_yticks(range(len(classes)), labels=list(classes))
    axes.set_xlabel("taken for (% of the row)")
    axes.set_ylabel("is")
    axes.spines[:].set_visible(False)


@mpl.rc_context(STYLE)
def show_spectrogram(
    samples: ArrayLike, spectrogram: ArrayLike, rate: int, frequencies: ArrayLike
) -> Figure:
    """Draw a sound as a wave, and below it as a picture of its frequencies.

    Parameters
    ----------
    samples : float array, shape (L,)
    spectrogram : float array, shape (rows, frames)
        Decibels, the lowest frequency first; the frames share the time of the samples evenly.
    rate : int
        Samples in a second.
    frequencies : float array, shape (rows,)
        Hz, of each row; some of them are written beside it.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ShapeError
        If there is not one frequency for each row.

    Examples
    --------
    >>> figure = show_spectrogram(np.zeros(800), np.zeros((4, 9)), 8000, [100, 300, 900, 2700])
    >>> figure.axes[1].get_ylabel()
    'frequency / Hz'
    """
    wave, picture, rows = np.asarray(samples), np.asarray(spectrogram), np.asarray(frequencies)
    if picture.ndim != 2 or rows.shape != picture.shape[:1]:
        raise ShapeError("frequencies", f"one for each row of {picture.shape}", rows.shape)
    seconds = len(wave) / rate
    figure = new_figure(height=3.4)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1, 2))
    above.plot(np.arange(len(wave)) / rate, wave, color="0.25", linewidth=0.5)
    above.set(ylabel="samples", xlim=(0, seconds))
    drawn = below.imshow(
        picture, origin="lower", aspect="auto", cmap="magma", extent=(0, seconds, 0, len(rows)),
        interpolation="nearest",
    )  # fmt: skip
    ticks = np.linspace(0, len(rows) - 1, min(5, len(rows))).astype(int)
    below.set_yticks(ticks + 0.5, [f"{rows[tick]:.0f}" for tick in ticks])
    below.set(xlabel="time / s", ylabel="frequency / Hz")
    figure.colorbar(drawn, ax=below, label="dB", pad=0.01)
    return figure


@mpl.rc_context(STYLE)
def show_dilation_tree(windows: Sequence[Window]) -> Figure:
    """Draw which samples one output sees, through a stack of causal convolutions.

    Parameters
    ----------
    windows : sequence of shapes.Window
        From the input upwards, of stride 1.

    Returns
    -------
    matplotlib.figure.Figure
        The output's time is 0; beside each layer, its dilation and what it sees of the input.

    Examples
    --------
    >>> from cnncourse.shapes import Window
    >>> figure = show_dilation_tree([Window(2), Window(2, dilation=2)])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['input', 'dilation 1: sees 2', 'dilation 2: sees 4']
    """
    fields = receptive_field(windows)
    figure = new_figure(height=0.9 + 0.45 * len(windows))
    axes = figure.add_subplot()
    reached = {0}
    for height in range(len(windows), 0, -1):
        window = windows[height - 1]
        steps = [-tap * window.dilation for tap in range(window.kernel_size)]
        lines = [(at, at + step) for at in sorted(reached) for step in steps]
        axes.plot(np.transpose(lines), [height, height - 1], color="#998ec3", linewidth=0.8)
        axes.plot(sorted(reached), [height] * len(reached), "o", color="#5e3c99", markersize=4)
        reached = {at for _, at in lines}
    axes.plot(sorted(reached), [0] * len(reached), "o", color="#e66101", markersize=4)
    axes.text(1, 0, "input", va="center", fontsize=9)
    for height, (window, field) in enumerate(zip(windows, fields, strict=True), start=1):
        words = f"dilation {window.dilation}: sees {field.size}"
        axes.text(1, height, words, va="center", fontsize=9)
    axes.set_xlim(1 - fields[-1].size - 0.5, 0.42 * fields[-1].size)
    axes.set_xticks([1 - fields[-1].size, 0])
    axes.set_xlabel("time / samples")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    return figure


class Table:
    """A table of words and numbers that a notebook and the book show as such.

    Parameters
    ----------
    header : sequence of str
        One for each column. Columns of numbers are set to the right, those with words to the left.
    rows : sequence of sequences
        One entry for each column; integers are written with commas.

    Raises
    ------
    ShapeError
        If a row is not as long as the header.

    Examples
    --------
    >>> print(Table(["layer", "weights"], [["dense", 576], ["convolution", 9]]))
    | layer | weights |
    | --- | ---: |
    | dense | 576 |
    | convolution | 9 |
    """

    def __init__(self, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        for row in rows:
            if len(row) != len(header):
                raise ShapeError("rows", f"{len(header)} entries in each row", len(row))
        self.header = header
        self.rows = rows

    def __str__(self) -> str:
        words = [[_entry(value) for value in row] for row in self.rows]
        columns = zip(self.header, *words, strict=True)
        rule = ["---:" if _is_numbers(column[1:]) else "---" for column in columns]
        return "\n".join(f"| {' | '.join(line)} |" for line in [self.header, rule, *words])

    def _repr_markdown_(self) -> str:
        return str(self)


def _is_numbers(column: Sequence[str]) -> bool:
    """Whether each entry begins as a number does, after a sign or not, or is empty or a dash."""
    return all(entry in ("", "–") or entry.lstrip("+−-±")[:1].isdigit() for entry in column)


def _entry(value: object) -> str:
    return f"{value:,}".replace("-", "−") if isinstance(value, int) else str(value)


def _panels(count: int, columns: int, aspect: float) -> tuple[Figure, list[Axes]]:
    """Make a figure with count empty panels; aspect is the tallest content's height/width."""
    rows = ceil(count / columns)
    figure = new_figure(height=rows * (WIDTH / columns * aspect + TITLE))
    return figure, [figure.add_subplot(rows, columns, i + 1) for i in range(count)]


def _as_image(image: ArrayLike) -> NDArray[np.float64]:
    """Bring to (H, W) or (H, W, 3)."""
    array = np.asarray(image, dtype=float)
    if array.ndim == 3 and array.shape[0] == 1:
        array = array[0]
    colour = array.ndim == 3 and array.shape[0] == 3
    if not (array.ndim == 2 or colour) or array.size == 0:
        expected = "an image of shape (H, W), (1, H, W) or (3, H, W)"
        raise ShapeError("image", expected, array.shape)
    return array.transpose(1, 2, 0) if colour else array


def _draw_image(axes: Axes, array: NDArray[np.float64], title: str) -> None:
    if array.ndim == 3:
        axes.imshow(array.clip(0, 1))
    else:
        low, high = array.min(), array.max()
        peak = _peak(array) if low < 0 else max(1, high)
        if low < 0 or high > 1:
            axes.set_xlabel(f"{_number(low)} to {_number(high)}")
        colours, bottom = (SIGNED, -peak) if low < 0 else ("gray", 0)
        axes.imshow(array, cmap=colours, vmin=bottom, vmax=peak)
    axes.set_title(title)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set(visible=True, color="0.7", linewidth=0.6)


def _peak(array: NDArray[np.float64]) -> float:
    """Return the size that gets the full colour; the largest 1 in 100 values share it."""
    size = np.abs(array)
    return float(np.quantile(size, 0.99) or size.max())


def _draw_numbers(axes: Axes, array: NDArray[np.float64], title: str) -> None:
    peak = max(float(np.abs(array).max()), 1e-12)
    axes.imshow(array, cmap=SIGNED, vmin=-2 * peak, vmax=2 * peak)  # pale: numbers stay legible
    spec = axes.get_subplotspec()
    panels = spec.get_gridspec().ncols if spec else 1
    cell = 72 * WIDTH / panels / array.shape[1]  # points
    for (row, column), label in np.ndenumerate(_labels(array)):
        axes.text(column, row, label, ha="center", va="center", fontsize=min(11, cell / 3))
    axes.set_title(title)
    axes.set_xticks(np.arange(array.shape[1] + 1) - 0.5, labels=[])
    axes.set_yticks(np.arange(array.shape[0] + 1) - 0.5, labels=[])
    axes.grid(color="white", linewidth=1.5)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _labels(array: NDArray[np.float64]) -> NDArray[np.str_]:
    """Write each number; ninths and sixteenths as fractions, so that a mean filter reads as one."""
    for denominator in (1, 100, 9, 16):
        scaled = array * denominator
        if np.allclose(scaled, scaled.round(), rtol=0, atol=1e-9):
            break
    if denominator not in (9, 16):
        return np.vectorize(_number)(array)
    return np.array([[f"{_number(part)}/{denominator}" for part in row] for row in scaled.round()])


def _number(value: float) -> str:
    """At most two decimals, with a real minus sign."""
    text = f"{abs(value):.2f}".rstrip("0").rstrip(".")
    return f"−{text}" if value < 0 and text != "0" else text
