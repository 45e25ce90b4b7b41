"""The notebooks of pages: what they hold, that they run, and where a page's links lead."""

import doctest
import json

import nbformat
import page_notebook
import prose
import pytest
from sphinx.errors import ExtensionError

PAGE = "book/04_channels/index"
SOURCE = """
```{instrument} kernel_scanner
:stride: 2
```
```{code-cell} ipython3
:tags: [remove-cell]
import torch
from myst_nb import glue
glue("a", 1)
```
```{code-cell} ipython3
x = 1
```
"""
BODY = (
    '<section><h1>A</h1><div class="cnn-slot" data-instrument="kernel_scanner"></div>'
    '<p>See <a href="../errata.html#e1">E1</a>, $5.</p><div class="cell docutils">x</div></section>'
)


def made(home="", package="", source=SOURCE):
    return page_notebook.make_notebook("book/a/index", BODY, source, home, package)


def test_prose_instruments_and_cells_stand_in_the_page_s_order():
    cells = made().cells[1:]
    assert [cell.source for cell in cells] == [
        "# A",
        "from cnncourse.instruments import KernelScanner\n\n"
        "KernelScanner.from_text({'stride': '2'})",
        r"See E1, \$5.",
        "import torch",
        "x = 1",
    ]
    assert [cell.id for cell in cells] == [f"cell-{number}" for number in range(1, 6)]


def test_links_and_the_package_are_found_from_anywhere_once_there_are_addresses():
    there = made("https://example.org/", "-e git+https://github.com/o/r#egg=cnncourse")
    assert there.cells[1].source.startswith("# %pip install -e git+https://github.com/o/r")
    assert "[E1](https://example.org/book/errata.html#e1)" in there.cells[4].source


@pytest.mark.parametrize(("source", "which"), [("", "more"), (SOURCE * 2, "fewer")])
def test_a_page_whose_cells_are_not_its_source_s_stops_the_build(source, which):
    with pytest.raises(ExtensionError, match=f"its page shows {which} cells"):
        made(source=source + "```{instrument} kernel_scanner\n```\n")


def test_services_are_offered_only_where_configured():
    where = {"url": "https://github.com/o/r.git", "branch": "pages", "path_to_book": "docs"}
    assert page_notebook.elsewhere(PAGE, {"colab_url": "", "binderhub_url": ""}, where) == {}
    found = page_notebook.elsewhere(PAGE, {"binderhub_url": "https://mybinder.org/"}, where)
    assert found == {
        "Binder": f"https://mybinder.org/v2/gh/o/r/pages?urlpath=lab/tree/docs/{PAGE}.ipynb"
    }
    assert 'href="https://mybinder.org' in page_notebook.links(PAGE, True, found)
    with pytest.raises(ExtensionError, match=r"expected repository\.url"):
        page_notebook.elsewhere(PAGE, {"colab_url": "https://colab"}, {})


def test_a_page_offers_its_notebook_and_says_how_to_open_it_from_disk(visit, html):
    page = visit(f"{html.as_uri()}/{PAGE}.html")
    download, lab = page.locator("p.as-notebook a").all()
    assert download.get_attribute("download") == "04_channels.ipynb"
    assert lab.get_attribute("href").endswith("book/index.html#pages-as-notebooks")
    lab.click()
    assert page.locator("#pages-as-notebooks").count() == 1


def test_a_served_page_leads_to_the_jupyterlab_that_has_its_notebook(visit, html, served):
    page = visit(f"{served}/{PAGE}.html")
    lab = page.locator("p.as-notebook a").nth(1).get_attribute("href")
    assert lab.endswith("lite/lab/index.html?path=pages/04_channels.ipynb")
    text = (html / "lite/files/pages/04_channels.ipynb").read_text("utf-8")
    there = nbformat.reads(text, as_version=4)
    nbformat.validate(there)
    code = "\n".join(cell.source for cell in there.cells if cell.cell_type == "code")
    assert page_notebook.needs(code) == set()


def test_every_page_with_cells_has_a_notebook_without_the_page_s_own_syntax(html):
    pages = [path for path in html.glob("book/**/*.html") if 'class="cell ' in path.read_text()]
    assert len(pages) > 10
    for path in pages:
        there = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
        text = "\n".join(cell.source for cell in there.cells if cell.cell_type == "markdown")
        assert "%pip" not in there.cells[1].source  # no repository is configured
        for left_over in ("{term}", "{glue", "```{", "(#", "<div"):
            assert left_over not in text, path


def test_a_notebook_runs_where_it_was_downloaded(html, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    cells = json.loads((html / f"{PAGE}.ipynb").read_text("utf-8"))["cells"]
    names = {"__name__": "__main__"}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile(cell["source"], cell["id"], "exec"), names)
    assert "np" in names


@pytest.mark.parametrize("module", [page_notebook, prose])
def test_examples_hold(module):
    assert doctest.testmod(module).failed == 0
