import io

import numpy as np
import pytest

from cnncourse.errors import ShapeError
from cnncourse.plots import (
    WIDTH,
    Table,
    new_figure,
    show_confusion,
    show_dilation_tree,
    show_feature_map,
    show_images,
    show_kernels,
    show_spectrogram,
)
from cnncourse.shapes import Window, receptive_field


def drawn(figure):
    """The picture's pixels: a figure that cannot be drawn is no figure."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="rgba", dpi=50)
    return buffer.getvalue()


def test_every_figure_has_the_book_width():
    figures = [new_figure(2), show_images([np.eye(3)] * 5), show_kernels([np.eye(3)])]
    assert {figure.get_figwidth() for figure in figures} == {WIDTH}


def test_a_notebook_gets_a_sharp_picture_and_its_size_on_the_page():
    picture, size = new_figure(2)._repr_png_()
    assert picture[:4] == b"\x89PNG"
    assert size == {"width": 614, "height": 192}
    assert int.from_bytes(picture[16:20]) == 2 * 614  # the PNG header's width


def test_images_are_drawn_from_black_to_white_without_rescaling():
    dim = np.full((4, 4), 0.25)
    picture = show_images([dim]).axes[0].images[0]
    assert picture.get_clim() == (0, 1)
    assert picture.get_array().max() == 0.25


def test_signed_maps_are_centred_on_zero_and_say_their_range():
    axes = show_images([np.array([[-3.0, 0.0], [1.0, 1.0]])]).axes[0]
    low, high = axes.images[0].get_clim()
    assert low == -high
    assert axes.get_xlabel() == "−3 to 1"


def test_colour_images_are_read_channels_first():
    red = np.zeros((3, 2, 5))
    red[0] = 1
    picture = show_images([red]).axes[0].images[0].get_array()
    assert picture.shape == (2, 5, 3)
    assert picture[0, 0].tolist() == [1, 0, 0]


def test_feature_map_shows_three_panels_that_can_be_drawn():
    figure = show_feature_map(np.eye(6), np.eye(4) - 0.5, kernel=np.eye(3))
    assert [axes.get_title() for axes in figure.axes] == ["image", "kernel", "feature map"]
    assert len(set(drawn(figure))) > 10


def test_feature_map_without_kernel_shows_two_panels():
    figure = show_feature_map(np.eye(6), np.eye(4), titles=("in", "", "out"))
    assert [axes.get_title() for axes in figure.axes] == ["in", "out"]


def test_kernels_show_their_numbers():
    figure = show_kernels({"box": np.full((2, 2), 1 / 9), "plain": [[-1, 0.5], [2.25, 0]]})
    texts = [[text.get_text() for text in axes.texts] for axes in figure.axes]
    assert texts == [["1/9"] * 4, ["−1", "0.5", "2.25", "0"]]


@pytest.mark.parametrize("shape", [(3,), (5, 4, 4), (0, 4)])
def test_what_is_no_image_is_refused(shape):
    with pytest.raises(ShapeError, match="image: expected an image of shape"):
        show_images([np.zeros(shape)])


def test_a_kernel_needs_two_axes():
    with pytest.raises(ShapeError, match=r"kernels: expected arrays of shape \(K_h, K_w\)"):
        show_kernels([np.zeros(3)])


def test_numbers_keep_clear_of_their_neighbours():
    wide = show_kernels([np.eye(12)], columns=1).axes[0].texts[0].get_fontsize()
    crowded = show_kernels([np.eye(12)] * 3, columns=3).axes[0].texts[0].get_fontsize()
    assert crowded < wide <= 11


def test_table_writes_integers_with_commas_and_a_real_minus():
    table = Table(["what", "how many"], [["weights", 1728000], ["sum", -3]])
    assert table._repr_markdown_().splitlines()[2:] == ["| weights | 1,728,000 |", "| sum | −3 |"]


def test_numbers_are_set_to_the_right_and_words_to_the_left():
    table = Table(["layer", "does", "weights"], [["a", "sums", "9 (3 × 3)"], ["b", "bends", ""]])
    assert str(table).splitlines()[1] == "| --- | --- | ---: |"


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ShapeError, match="rows: expected 2 entries in each row, got 1"):
        Table(["a", "b"], [["c"]])


def test_a_confusion_matrix_shows_shares_of_the_true_class():
    figure = show_confusion([[3, 1], [0, 0]], ["cat", "dog"])
    assert drawn(figure)
    assert [text.get_text() for text in figure.axes[0].texts] == ["75", "25", "0", "0"]
    with pytest.raises(ShapeError, match="2 rows and columns, one for each class"):
        show_confusion(np.eye(3), ["cat", "dog"])


def test_a_dilation_tree_reaches_as_far_as_the_receptive_field():
    windows = [Window(3, dilation=dilation) for dilation in (1, 2, 4)]
    axes = show_dilation_tree(windows).axes[0]
    assert axes.get_xticks().tolist() == [1 - receptive_field(windows)[-1].size, 0] == [-14, 0]
    seen = axes.lines[-1].get_xdata()  # the samples of the input
    assert sorted(seen) == list(range(-14, 1))
    assert drawn(axes.figure)


def test_a_spectrogram_names_some_of_its_frequencies():
    frequencies = np.geomspace(100, 3000, 9)
    figure = show_spectrogram(np.zeros(800), np.zeros((9, 5)), 8000, frequencies)
    wave, picture = figure.axes[:2]
    assert wave.get_xlim() == picture.get_xlim() == (0, 0.1)
    labels = [text.get_text() for text in picture.get_yticklabels()]
    assert labels == [f"{frequencies[row]:.0f}" for row in (0, 2, 4, 6, 8)]
    with pytest.raises(ShapeError, match=r"frequencies: expected one for each row of \(9, 5\)"):
        show_spectrogram(np.zeros(800), np.zeros((9, 5)), 8000, frequencies[:8])
