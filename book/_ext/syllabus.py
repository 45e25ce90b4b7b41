"""The `syllabus` directive: every exercise in one table, read from `exercises/`.

    ```{syllabus}
    ```
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from cnncourse.authoring.build import syllabus_markdown
from cnncourse.authoring.source import read_exercises
from cnncourse.errors import SourceError

ROOT = Path(__file__).parents[2]


class SyllabusDirective(SphinxDirective):
    """Show what `cnncourse exercises table --markdown` prints, with links to the chapters."""

    def run(self) -> list[nodes.Node]:
        try:
            exercises = read_exercises(ROOT / "exercises")
        except SourceError as problem:
            raise self.error(f"syllabus: {problem}") from problem
        self.env.note_reread()  # a new exercise is a new folder
        text = syllabus_markdown(exercises, _link)
        box = nodes.container(classes=["syllabus"])
        lines = StringList(text.splitlines(), source=self.get_source_info()[0])
        self.state.nested_parse(lines, self.content_offset, box)
        return [box]


def _link(page: str) -> str:
    """Link to a chapter by its title."""
    text = (ROOT / page).read_text(encoding="utf-8")
    title = re.search(r"^# (.+)$", text, flags=re.MULTILINE)
    return f"[{title[1] if title else page}](/{page})"


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("syllabus", SyllabusDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
