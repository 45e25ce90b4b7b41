"""What the book's own Sphinx extensions refuse and notice."""

import doctest
import importlib
import os
import re
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import finish
import numpy as np
import pack
import pytest
from jupyter_cache import get_cache
from maths import GLYPH, Pen, split_lines
from myst_nb.core.config import NbParserConfig
from myst_nb.core.execute import ExecutionError
from myst_parser.config.main import MdParserConfig
from PIL import Image
from sphinx.errors import ExtensionError

EXTENSIONS = Path(__file__).parents[2] / "book" / "_ext"


@pytest.fixture
def assets(load):
    return load(EXTENSIONS / "assets.py")


@pytest.fixture
def execution(load):
    return load(EXTENSIONS / "execution.py")


def test_missing_files_are_answered_with_the_command_to_run(assets):
    files = {assets.MODULES / "fonts" / "nowhere.js": "fonts/nowhere.js"}
    with pytest.raises(ExtensionError, match=r"nowhere\.js is missing: run `make assets`"):
        assets.check_installed(files)


def test_thebe_is_dropped_and_an_outside_script_stops_the_build(assets):
    def script(name, body=None):
        return SimpleNamespace(filename=name, attributes={"body": body})

    ours = script("_static/own.js")
    thebe = [script("https://unpkg.com/thebe@1"), script(None, "const thebe = 1")]
    context = {"script_files": [ours, *thebe], "css_files": []}
    assets.keep_inside(None, "page", "page.html", context, None)
    assert context["script_files"] == [ours]
    context["css_files"] = [script("https://example.org/style.css")]
    with pytest.raises(ExtensionError, match=r"page would load .*from outside the book"):
        assets.keep_inside(None, "page", "page.html", context, None)


def test_the_digest_notices_contents_and_names_but_not_times(execution, tmp_path):
    module = tmp_path / "module.py"
    module.write_text("x = 1")
    first = execution.sources_digest(tmp_path)
    os.utime(module, (0, 0))
    assert execution.sources_digest(tmp_path) == first
    module.write_text("x = 2")
    second = execution.sources_digest(tmp_path)
    module.rename(tmp_path / "other.py")
    assert len({first, second, execution.sources_digest(tmp_path)}) == 3


def test_the_kernels_start_leaves_no_name_and_keeps_the_slow_validator_out(execution, monkeypatch):
    """To import jsonschema, as `glue` does, would take seconds of every page."""
    monkeypatch.setitem(sys.modules, "rfc3987_syntax", None)  # put back what was there
    del sys.modules["rfc3987_syntax"]
    names = runpy.run_path(str(execution.KERNEL_STARTUP))
    assert sys.modules["rfc3987_syntax"] is None
    assert all(name.startswith("__") for name in names)


def test_the_digest_notices_new_measurements(execution, tmp_path):
    measured = tmp_path / "conv.json"
    measured.write_text("{}")
    before = execution.sources_digest(tmp_path, [measured])
    measured.write_text('{"date": "later"}')
    assert execution.sources_digest(tmp_path, [measured]) != before


@pytest.fixture
def app(tmp_path):
    doctrees, html, cache = (tmp_path / n for n in (".doctrees", "html", ".jupyter_cache"))
    for folder in (doctrees, html, cache):
        folder.mkdir()
    config = SimpleNamespace(nb_execution_cache_path="")
    return SimpleNamespace(doctreedir=doctrees, outdir=html, config=config, cache=cache)


def test_a_changed_package_empties_the_cache_and_reads_all_pages(execution, app):
    env = SimpleNamespace(found_docs={"a", "b", "new"})
    executed = app.cache / "executed"
    execution.drop_stale_cache(app, "old")
    executed.touch()
    execution.note_digest(app, None, "old")
    execution.drop_stale_cache(app, "old")
    assert executed.exists()
    assert not execution.read_all_again(app, env, {"new"}, set(), set(), "old")
    execution.drop_stale_cache(app, "changed")
    assert not executed.exists()
    assert execution.read_all_again(app, env, {"new"}, set(), set(), "changed") == {"a", "b"}


PAGE = """---
jupytext:
  text_representation:
    format_name: myst
kernelspec:
  name: python3
---
```{code-cell}
%s
```
"""


def test_pages_run_before_they_are_read_and_are_found_in_the_cache(execution, app, tmp_path):
    for name, code in (("a", "6 * 7"), ("b", "6 * 8")):
        (tmp_path / f"{name}.md").write_text(PAGE % code)
    (tmp_path / "prose.md").write_text("# No cell")
    app.verbosity, config = (
        0,
        NbParserConfig(
            execution_mode="cache",
            execution_cache_path=str(app.cache),
            execution_raise_on_error=True,
        ),
    )
    env = SimpleNamespace(
        mystnb_config=config, myst_config=MdParserConfig(),
        doc2path=lambda docname: str(tmp_path / f"{docname}.md"),
    )  # fmt: skip
    execution.run_pages(app, env, ["a", "b", "prose"])
    records = get_cache(app.cache).list_cache_records()
    results = [get_cache(app.cache).get_cache_bundle(record.pk).nb for record in records]
    found = sorted(nb.cells[0].outputs[0].data["text/plain"] for nb in results)
    assert found == ["42", "48"]
    (tmp_path / "b.md").write_text(PAGE % "1 / 0")
    with pytest.raises(ExecutionError, match=r"b\.md"):
        execution.run_pages(app, env, ["a", "b"])


def test_a_failed_build_is_not_taken_for_complete(execution, app):
    execution.note_digest(app, RuntimeError("a cell failed"), "digest")
    assert execution.read_all_again(
        app, SimpleNamespace(found_docs={"a"}), set(), set(), set(), "digest"
    ) == {"a"}


@pytest.fixture
def pen():
    opened = Pen()
    yield opened
    opened.stop()


def test_a_formula_is_drawn_once_for_the_eye_and_once_for_the_ear(pen):
    drawn = pen.draw("x_1 < y", display=False, page="a")
    assert "<svg" in drawn
    assert "<mjx-assistive-mml" in drawn
    assert "<msub><mi>x</mi><mn>1</mn></msub>" in drawn
    assert 'data-tex="x_1 &lt; y"' in drawn
    needed = set(GLYPH.findall(drawn))
    assert len(needed) == 4
    assert set(re.findall(r'<path id="([^"]+)"', pen.outlines_of("a"))) == needed
    assert pen.outlines_of("another page") == ""


def test_a_page_holds_the_glyphs_of_formulas_drawn_for_another_page_before(pen):
    pen.draw("x", display=True, page="a")
    pen.draw("x", display=True, page="b")
    assert pen.outlines_of("a") == pen.outlines_of("b") != ""


def test_a_formula_that_is_none_is_refused(pen):
    with pytest.raises(ValueError, match="Undefined control sequence"):
        pen.draw(r"\farc{1}{2}", display=False, page="a")
    with pytest.raises(ValueError, match="missing close brace"):
        pen.draw("{x", display=False, page="a")
    assert "<svg" in pen.draw("x", display=False, page="a")


def test_lines_of_a_formula_stand_below_each_other():
    assert split_lines("a = b") == "a = b"
    assert split_lines(r"a \\ b") == r"\begin{split}a \\ b\end{split}"
    assert split_lines("a\n\nb") == r"\begin{gathered}a\\b\end{gathered}"


def test_pictures_become_lighter_and_keep_their_size(tmp_path):
    picture = tmp_path / "a.png"
    noise = np.random.default_rng(0).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(picture)
    assert finish.as_webp(picture) == (300, 200)
    assert (tmp_path / "a.webp").stat().st_size < picture.stat().st_size
    with Image.open(tmp_path / "a.webp") as written:
        assert written.size == (300, 200)


def test_pictures_that_were_not_made_here_are_left_alone():
    page = '<img alt="x" src="_images/other.png"><img src="_static/a.png">'
    assert finish.mend(page, {"a": (1, 1)}) == page


@pytest.mark.parametrize(
    "name",
    [
        "execution", "finish", "maths", "messages", "models", "pack", "quiz", "quiz_source",
        "translation", "unbroken",
    ],
)
def test_the_examples_of_an_extension_run(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted > 0
    assert found.failed == 0


def test_files_of_every_page_become_two(tmp_path):
    """A page keeps its own files; nothing that only a switcher of versions reads stays in it."""

    def script(name, body=None):
        return SimpleNamespace(filename=name, attributes={"body": body})

    everywhere, own = script("_static/doctools.js"), script("_static/quiz.js")
    added = []
    app = SimpleNamespace(
        add_js_file=lambda name, **_: added.append(name), add_css_file=lambda *_, **__: None
    )
    context = {"script_files": [everywhere], "css_files": []}
    pack.note_shared(app, "page", "page.html", context, None)
    context["script_files"] += [own, script(None, "DOCUMENTATION_OPTIONS.pagename = 'page';")]
    pack.leave_out_shared(app, "page", "page.html", context, None)
    assert added == ["book.js"]
    assert context["script_files"] == [own]


def test_another_release_of_the_theme_stops_the_build():
    with pytest.raises(ExtensionError, match=r"another one than book/_ext/pack\.py knows"):
        pack.mended("scripts/pydata-sphinx-theme.js", "other()")
