"""The `exercise` directive: what a notebook asks, what it is worth, and the notebook itself.

    ```{exercise} 02_convolution
    ```

All of it is read from ``exercises/NAME/exercise.py``; the student's notebook is built when the
page is read, so a page never offers an old one.
"""

from __future__ import annotations

from os.path import relpath
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from cnncourse.authoring.build import build_exercise
from cnncourse.authoring.source import Exercise, read_exercise
from cnncourse.errors import SourceError
from cnncourse.instruments.words import t

ROOT = Path(__file__).parents[2]
BUILT = Path("_build/exercises")


class ExerciseDirective(SphinxDirective):
    """Show an exercise's title, summary, time and points, with a link to its notebook."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        try:
            exercise = read_exercise(ROOT / "exercises" / self.arguments[0])
            notebook = build_exercise(exercise, ROOT / BUILT).release
        except (SourceError, OSError) as problem:
            raise self.error(f"exercise {self.arguments[0]}: {problem}") from problem
        self.env.note_dependency(str(exercise.file))
        box = nodes.container(classes=["exercise"])
        lines = _markdown(exercise, notebook.relative_to(ROOT), self.env.docname).splitlines()
        source = self.get_source_info()[0]
        self.state.nested_parse(StringList(lines, source=source), self.content_offset, box)
        return [box]


def _markdown(exercise: Exercise, notebook: Path, docname: str) -> str:
    total = sum(part.points for part in exercise.parts)
    rows = [
        f"| {part.title}{' (graded by hand)' if part.manual else ''} | {part.points:g} |"
        for part in exercise.parts
    ]
    return "\n".join(
        [
            f"```{{rubric}} {exercise.title}",
            "```",
            "",
            exercise.summary,
            "",
            f"About {exercise.minutes} minutes, {total:g} points.",
            "",
            "| Part | Points |",
            "| --- | ---: |",
            *rows,
            "",
            *_in_the_browser(exercise, docname),
            f"{{download}}`Download the notebook <{'/' + notebook.as_posix()}>` and open it in",
            "JupyterLab. A terminal tells how far you are:",
            "",
            "```{code-block} console",
            "$ . .venv/bin/activate  # once, in the course's folder",
            f"$ cnncourse check {notebook.name}",
            "```",
        ]
    )


def _in_the_browser(exercise: Exercise, docname: str) -> list[str]:
    """Lead to the page where the exercise can be worked on, and to JupyterLab beside the book."""
    page = (Path(exercise.chapter).parent / "workbook").as_posix()
    if not (ROOT / f"{page}.md").is_file():
        return []
    here = Path(docname).parent
    lab = f"lite/lab/index.html?path={exercise.name}.ipynb"
    return [
        "```{raw} html",
        t(
            '<p><a href="{page}.html">Work on it in this book</a>, with its tests, or '
            '<a href="{lab}">in a JupyterLab in your browser</a>. Neither needs an account or an '
            "installation, and what you write stays on your machine.</p>",
            page=relpath(page, here), lab=relpath(lab, here),
        ),
        "```",
        "",
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("exercise", ExerciseDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
