"""What a student's cells draw, as the grader keeps it."""

import base64
import io

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from cnncourse.grading.engine import student


def drawn(layout):
    figure = Figure(figsize=(4, 3), layout=layout)
    FigureCanvasAgg(figure)
    for n, axes in enumerate(figure.subplots(1, 2).flat):
        image = axes.imshow(np.arange(12.0).reshape(3, 4) * n, aspect="auto" if n else "equal")
        axes.set_title(f"panel {n}: $x^{n}$")
        axes.set_ylabel("rows")
    figure.colorbar(image, ax=axes)
    return figure


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


@pytest.mark.parametrize("layout", ["constrained", "tight"])
def test_a_figure_drawn_once_is_the_figure_that_matplotlib_draws_twice(layout):
    with mpl.rc_context({"figure.facecolor": "ivory"}):
        file, figure = io.BytesIO(), drawn(layout)
        drawn(layout).savefig(file, dpi=student.DOTS_PER_INCH)
        got = pixels(student.print_figure(figure))
    np.testing.assert_array_equal(got, pixels(file.getvalue()))
    assert figure.dpi == mpl.rcParams["figure.dpi"]  # as the student left it


def test_what_is_no_ordinary_png_is_left_to_ipython():
    assert student.print_figure(Figure(), "png") is None  # nothing on it
    assert student.print_figure(drawn(None), "svg").startswith("<?xml")
    small, cut = (student.print_figure(drawn(None), bbox_inches=b) for b in (None, "tight"))
    assert pixels(small).shape != pixels(cut).shape
    text = student.print_figure(drawn(None), base64=True)
    assert base64.b64decode(text) == small
