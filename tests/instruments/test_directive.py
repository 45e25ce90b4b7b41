"""The directive of the book, in a book of one page."""

import io
import json
import re
import sys
from pathlib import Path

import pytest
from sphinx.application import Sphinx

EXTENSIONS = Path(__file__).parents[2] / "book" / "_ext"


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Build a page and return its HTML, and what Sphinx warned of."""
    monkeypatch.syspath_prepend(str(EXTENSIONS))
    monkeypatch.delitem(sys.modules, "instrument", raising=False)

    def page_of(text):
        source, out = tmp_path / "source", tmp_path / "html"
        source.mkdir()
        (source / "index.md").write_text(f"# A page\n\n{text}\n")
        warnings = io.StringIO()
        settings = {"extensions": ["myst_parser", "instrument"], "project": "p"}
        app = Sphinx(
            source, None, out, tmp_path / "trees", "html", settings, None, warnings,
        )  # fmt: skip
        app.build()
        return (out / "index.html").read_text("utf-8"), warnings.getvalue(), out

    return page_of


def test_state_scripts_and_a_still_twin(build):
    html, warnings, out = build("```{instrument} pooling_shift\n:right: -2\n:motif: dot\n```")
    assert warnings == ""
    data = json.loads(re.search(r'application/json">(.*?)</script>', html)[1])
    assert (data["right"], data["motif"], data["about"]["initial"]["right"]) == (-2, "dot", -2)
    assert re.findall(r'src="(_static/instruments/[^"?]+)', html) == [
        "_static/instruments/start.js"
    ]
    assert "_static/instruments/instruments.css" in html
    start = (out / "_static/instruments/start.js").read_text("utf-8")
    later = re.findall(r'"([\w/]+\.js)\?v=', start)
    assert "pooling_shift.js" in later
    assert all((out / "_static/instruments" / file).is_file() for file in later)
    picture = re.search(r'<img alt="(Four grids[^"]+)" src="([^"]+)"', html)
    assert "moved by -2 to the right" in picture[1]
    assert (out / picture[2]).is_file()
    assert "<figure" not in html


MISTAKES = {
    "```{instrument} nothing\n```": "name: expected one of kernel_explorer",
    "```{instrument} pooling_shift\n:up: 2\n```": "up: expected one of motif, row",
    "```{instrument} pooling_shift\n:right: 9\n```": "what pooling_shift takes",
    "```{instrument} pooling_shift\n```\n\n```{instrument} pooling_shift\n```": (
        "it is on this page already"
    ),
}


def test_mistakes_are_said(build):
    _, warnings, _ = build("\n\n".join(MISTAKES))
    for message in MISTAKES.values():
        assert message in warnings
