"""The widget classes without a browser: state, limits, text, plain data."""

import json
from base64 import b64decode

import nbformat
import numpy as np
import pytest
import traitlets
from nbconvert import HTMLExporter

from cnncourse import instruments
from cnncourse.errors import ArgumentError
from cnncourse.instruments import KernelExplorer, KernelScanner, instrument
from cnncourse.instruments.widget import parse, slot


def test_state_is_what_the_class_declares():
    assert KernelExplorer.state_names() == ["image", "kernel", "position"]
    assert "photos" not in KernelScanner.state_names()
    about = KernelExplorer(position=3).about
    assert about["initial"]["position"] == 3
    assert about["limits"]["position"] == {"min": 0, "max": 48}
    assert about["limits"]["kernel"] == {"min": -9, "max": 9, "shapes": [[3, 3]]}


def test_numbers_come_as_arrays_and_are_checked():
    explorer = KernelExplorer(kernel=np.eye(3))
    assert explorer.kernel == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    for wrong in (np.eye(2), np.full((3, 3), 10.0), np.full((3, 3), np.nan), "edge"):
        with pytest.raises(traitlets.TraitError, match=r"expected numbers of shape \(3, 3\)"):
            explorer.kernel = wrong
    KernelScanner(kernel=np.ones((5, 5)))


def test_state_from_text():
    made = KernelScanner.from_text({"stride": "2", "flip": "1", "kernel": "0,0,0;0,1,0;0,0,0"})
    assert (made.stride, made.flip, made.kernel[1]) == (2, True, [0, 1, 0])
    with pytest.raises(ArgumentError, match="strides: expected one of photo, kernel"):
        KernelScanner.from_text({"strides": "2"})
    for options in ({"stride": "9"}, {"stride": "two"}, {"kernel": "1,2;3"}):
        with pytest.raises(ArgumentError, match="what kernel_scanner takes"):
            KernelScanner.from_text(options)


def test_the_address_of_a_state_is_what_a_directive_reads():
    made = KernelScanner(stride=2, flip=True, kernel=np.eye(3) / 4)
    assert made.fragment() == (
        "kernel_scanner.kernel=0.25,0,0;0,0.25,0;0,0,0.25"
        "&kernel_scanner.stride=2&kernel_scanner.flip=1"
    )
    options = dict(part.split("=") for part in made.fragment().split("&"))
    again = KernelScanner.from_text({k.partition(".")[2]: v for k, v in options.items()})
    assert again.state_values() == made.state_values()
    assert KernelScanner().fragment() == ""


def test_text_that_is_not_a_number():
    with pytest.raises(ValueError, match="two"):
        parse("two", 1)


def test_names():
    assert instrument("kernel_scanner") is instruments.KernelScanner
    with pytest.raises(ArgumentError, match="name: expected one of kernel_explorer"):
        instrument("kernel")
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = instruments.Nothing


def test_data_in_a_page_cannot_end_its_script():
    made = KernelExplorer()
    made.set_trait("about", {"title": "</script><b>"})
    made._describe = lambda: {"title": "</script><b>"}
    text = slot(made, "").split('json">')[1]
    assert text.count("</script>") == 1
    assert json.loads(text.split("</script>")[0])["about"]["title"] == "</script><b>"


def test_a_notebook_read_without_a_kernel_shows_the_still_twin(browser, tmp_path):
    """As nbconvert and viewers on the web show it: no state of widgets, no JavaScript."""
    data, metadata = KernelExplorer(position=8)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"].startswith("Kernel explorer. Three grids of numbers")
    assert b64decode(data["image/png"]).startswith(b"\x89PNG")
    output = nbformat.v4.new_output("display_data", data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("KernelExplorer(position=8)", outputs=[output])
    page_text, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    (tmp_path / "exported.html").write_text(page_text, "utf-8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((tmp_path / "exported.html").as_uri())
    picture = page.locator("figure img")
    assert picture.evaluate("e => e.complete && e.naturalWidth") > 400
    assert picture.get_attribute("alt") == metadata["image/png"]["alt"]
    assert "At each of 49 places" in page.locator("figcaption").inner_text()
    context.close()
