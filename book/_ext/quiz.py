"""The `quiz` directive: a question, and what to say about each answer.

    ```{quiz} How long is a side of the map?
    :name: quiz-map-size

    More of the question, where it takes more than a line; any Markdown.

    ( ) 27
      One short. The window can also start at 0.
    (x) 28
    ---
    $32 - 5 + 1 = 28$.
    ```

What stands above ``---`` are the answers, what stands below is the worked answer. The marks in
front of the answers say what kind of question it is:

- ``( )`` and one ``(x)``: one answer is right. Under each wrong one, indented, why it is wrong.
- ``[ ]`` and ``[x]``: any number of answers is right. Under each, what to say to a reader who
  ticked it wrongly, or wrongly left it out.
- ``= 28 pixels`` or ``= 86.7 ± 0.1 MB``: a number. ``~ 27`` is a wrong number worth a word of its
  own, ``~ other`` all the others. ``:units: GB = 1000, kB = 0.001`` names more units and what
  one of them is in the first.
- ``1.``, ``2.``, ...: steps in the right order; they are shown in another one. Under each step but
  the first, why it comes after the one before it.

The page holds the question and its answers as text; ``quiz.js`` makes a form of them when they come
near. (A browser lays out all of a page to look at the forms that it has from the start.)

Answers and feedback are sealed (encoded, not encrypted) in the page, so that looking at its source
does not spoil them. ``{quiz-answers}`` makes the page of all worked answers, which is what readers
without JavaScript and readers of paper turn to.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import re
from itertools import cycle
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from quiz_source import NUMBER, AuthorError, Quiz, read_quiz, read_units
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from cnncourse.instruments.words import t

logger = logging.getLogger(__name__)


def direction(kind: str) -> str:
    """Say how a question is answered."""
    return {
        "single": t("One answer is right."),
        "multiple": t("Any number of answers can be right."),
        "number": t("Type a number."),
        "order": t("Put the steps in order."),
    }[kind]


def shown_order(count: int, seed: str) -> list[int]:
    """Give the steps' places on the page: never the right order, always the same one.

    Examples
    --------
    >>> shown_order(4, "a quiz") == shown_order(4, "a quiz") != [0, 1, 2, 3]
    True
    """
    def place(step: int, turn: int) -> bytes:
        return hashlib.sha256(f"{seed} {step} {turn}".encode()).digest()

    for turn in range(100):
        order = sorted(range(count), key=lambda step, turn=turn: place(step, turn))
        if order != list(range(count)):
            return order
    return list(range(count))[::-1]


def seal(value: object, key: str) -> str:
    """Encode what a reader of the page's source shall not read by accident.

    Examples
    --------
    >>> "right" in seal({"right": 1}, "key")
    False
    """
    plain = json.dumps(value, separators=(",", ":")).encode()
    mask = cycle(key.encode())
    return base64.b64encode(bytes(a ^ b for a, b in zip(plain, mask, strict=False))).decode()


# --- the document tree: a quiz holds its question, preamble, answers and worked answer ---


class QuizNode(nodes.General, nodes.Element):
    """A whole quiz."""


class Part(nodes.General, nodes.Element):
    """One part of a quiz; `part` says which."""


class Words(nodes.General, nodes.TextElement):
    """A part that is one line of text, as translators get it: the question, or an answer."""


class AnswersNode(nodes.General, nodes.Element):
    """The place of all worked answers."""


class QuizDirective(SphinxDirective):
    """Read a quiz; what is wrong with it becomes a warning that names the line."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {
        "name": directives.unchanged_required,
        "units": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        try:
            if not re.fullmatch(r"quiz-[a-z0-9-]+", self.options.get("name", "")):
                raise AuthorError(None, "an option `:name: quiz-…`", repr(self.options.get("name")))
            quiz = read_quiz([str(line) for line in self.content])
            return [self._tree(quiz)]
        except AuthorError as problem:
            line = self.lineno if problem.line is None else self._first + problem.line
            logger.warning(str(problem), location=(self.env.docname, line), type="quiz")
            return []

    @property
    def _first(self) -> int:
        """The line of the page on which the content begins; MyST's offset is from the head."""
        return self.lineno + self.content_offset + 1

    def _tree(self, quiz: Quiz) -> QuizNode:
        written = "\n".join([self.arguments[0], *map(str, self.content)])
        tree = QuizNode(
            kind=quiz.kind, name=self.options["name"],
            version=hashlib.sha256(written.encode()).hexdigest()[:8], **self._number(quiz),
        )  # fmt: skip
        self.set_source_info(tree)
        tree["ids"].append(self.options["name"])
        tree += self._inline("question", self.arguments[0], 0)
        tree += self._block("preamble", quiz.preamble, 0)
        for answer in quiz.answers:
            part = Part(part="answer", right=answer.right)
            part += self._inline("words", answer.words, answer.line)
            if quiz.kind == "number" and not answer.right:
                part[0]["translatable"] = False  # nobody reads it
            part += self._block("feedback", answer.feedback, answer.line + 1)
            tree += part
        tree += self._block("worked", quiz.worked, quiz.worked_line)
        return tree

    def _number(self, quiz: Quiz) -> dict[str, Any]:
        if quiz.kind != "number":
            return {}
        numbers = [NUMBER.fullmatch(answer.words) for answer in quiz.answers]
        right = next(n for n, a in zip(numbers, quiz.answers, strict=True) if n and a.right)
        unit = right["unit"] or ""
        values = [float(n["value"].replace(",", "")) if n else math.nan for n in numbers]
        return {
            "values": values,
            "within": float(right["within"] or 0),
            "units": {unit: 1.0} | read_units(self.options.get("units", "")),
        }

    def _inline(self, part: str, text: str, line: int) -> Words:
        holder = Words(text, part=part)
        self.set_source_info(holder)
        found, messages = self.state.inline_text(text, self._first + line)
        holder += found + messages
        return holder

    def _block(self, part: str, lines: list[str], line: int) -> Part:
        holder = Part(part=part)
        source = self.get_source_info()[0]
        self.state.nested_parse(
            StringList(lines, source=source), self.content_offset + line, holder
        )
        return holder


class AnswersDirective(SphinxDirective):
    """All worked answers of the book, in its order."""

    def run(self) -> list[nodes.Node]:
        return [AnswersNode()]


# --- HTML ---


def _part(tree: nodes.Element, name: str) -> Part | Words:
    return next(child for child in tree.children if child.get("part") == name)


def _answers(tree: QuizNode) -> list[Part]:
    return [child for child in tree.children if child.get("part") == "answer"]


def _html(translator: Any, tree: nodes.Element) -> str:
    """Write the children of a part apart from the page."""
    start = len(translator.body)
    for child in tree.children:
        child.walkabout(translator)
    written = "".join(translator.body[start:])
    del translator.body[start:]
    return written.strip()


def visit_quiz(translator: Any, tree: QuizNode) -> None:
    name, kind = tree["name"], tree["kind"]
    docname = translator.builder.current_docname
    answers_page = translator.builder.env.quiz_answers_page
    link = ""
    if answers_page:
        uri = translator.builder.get_relative_uri(docname, answers_page)
        words = t("Answer")
        link = f'<p class="quiz-elsewhere"><a href="{uri}#answer-{name}">{words}</a></p>'
    fields = _order_fields if kind == "order" else _number_field if kind == "number" else _boxes
    shown, sealed = fields(translator, tree)
    sealed |= {"worked": _html(translator, _part(tree, "worked"))}
    translator.body.append(
        f'<div class="quiz" id="{name}" data-kind="{kind}"'
        f' data-key="{docname}#{name}@{tree["version"]}">\n'
        f'<fieldset><legend class="quiz-question">{_html(translator, _part(tree, "question"))}'
        f"</legend>\n{_html(translator, _part(tree, 'preamble'))}\n"
        f'<p class="quiz-direction">{direction(kind)}</p>\n{shown}\n</fieldset>\n'
        f'<script type="text/plain" class="quiz-sealed">{seal(sealed, name)}</script>\n'
        f"{link}</div>\n"
    )
    raise nodes.SkipNode


def _boxes(translator: Any, tree: QuizNode) -> tuple[str, dict[str, Any]]:
    rows = [
        f'<div class="quiz-option"><label for="{tree["name"]}-{number}">'
        f"{_html(translator, _part(answer, 'words'))}</label></div>"
        for number, answer in enumerate(_answers(tree))
    ]
    return "\n".join(rows), {
        "right": [answer["right"] for answer in _answers(tree)],
        "feedback": _feedback(translator, tree),
    }


def _number_field(translator: Any, tree: QuizNode) -> tuple[str, dict[str, Any]]:
    name = tree["name"]
    units = {unit and t(unit): size for unit, size in tree["units"].items()}
    named = t(" or ").join(filter(None, units))
    words = t("Your answer, in {units}", units=named) if named else t("Your answer")
    shown = (
        f'<div class="quiz-number"><label for="{name}-number">{html.escape(words)}</label></div>'
    )
    values = [None if math.isnan(value) else value for value in tree["values"]]
    return shown, {
        "right": [answer["right"] for answer in _answers(tree)],
        "values": values,
        "within": tree["within"],
        "units": units,
        "feedback": _feedback(translator, tree),
    }


def _order_fields(translator: Any, tree: QuizNode) -> tuple[str, dict[str, Any]]:
    answers = _answers(tree)
    order = shown_order(len(answers), tree["name"])
    rows = [
        f'<li class="quiz-step" data-step="{place}"><span class="quiz-words">'
        f"{_html(translator, _part(answers[step], 'words'))}</span></li>"
        for place, step in enumerate(order)
    ]
    return "\n".join(['<ol class="quiz-steps">', *rows, "</ol>"]), {
        "right": [order.index(step) for step in range(len(answers))],
        "feedback": _feedback(translator, tree),
    }


def _feedback(translator: Any, tree: QuizNode) -> list[str]:
    return [_html(translator, _part(answer, "feedback")) for answer in _answers(tree)]


# --- the page of answers ---


def note_answers_page(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Find the page that holds the answers before any page is written."""
    if not hasattr(env, "quiz_answers_page"):
        env.quiz_answers_page = ""  # type: ignore[attr-defined]


def remember(app: Sphinx, doctree: nodes.document) -> None:
    docname = app.env.docname
    if any(doctree.findall(AnswersNode)):
        app.env.quiz_answers_page = docname  # type: ignore[attr-defined]
    names = [tree["name"] for tree in doctree.findall(QuizNode)]
    for name in {name for name in names if names.count(name) > 1}:
        logger.warning(f"quiz: expected a name of its own, got {name} twice",
                       location=docname, type="quiz")  # fmt: skip


def write_answers_again(app: Sphinx, env: BuildEnvironment) -> list[str]:
    page = getattr(env, "quiz_answers_page", "")
    return [page] if page else []


def fill_answers(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(AnswersNode)):
        place.replace_self(_answer_sections(app, docname))


def _answer_sections(app: Sphinx, docname: str) -> list[nodes.Node]:
    env = app.env
    pages = [page for page in _reading_order(env) if page != docname]
    sections: list[nodes.Node] = []
    pages_of: dict[str, str] = {}
    for page in pages:
        quizzes = list(env.get_doctree(page).findall(QuizNode))
        if not quizzes:
            continue
        section = nodes.section(ids=[nodes.make_id(f"answers-{page}")])
        section += nodes.title("", "", nodes.Text(env.titles[page].astext()))
        for number, tree in enumerate(quizzes, start=1):
            if (first := pages_of.setdefault(tree["name"], page)) != page:
                logger.warning(f"quiz: expected a name of its own, got {tree['name']} of {first}",
                               location=page, type="quiz")  # fmt: skip
            section += _answer(app, docname, page, number, tree)
        for reference in section.findall(addnodes.pending_xref):
            reference["refdoc"] = docname  # links start from here, not from the chapter
        env.resolve_references(_as_document(section, app), docname, app.builder)
        sections.append(section)
    return sections


def _answer(
    app: Sphinx, docname: str, page: str, number: int, tree: QuizNode
) -> list[nodes.Node]:
    target = make_refnode(app.builder, docname, page, tree["name"], nodes.Text(t("Question")))
    question = nodes.paragraph("", "", target, nodes.Text(f" {number}. "), classes=["quiz-asked"])
    question["ids"].append(f"answer-{tree['name']}")
    question += [child.deepcopy() for child in _part(tree, "question").children]
    rights = nodes.enumerated_list() if tree["kind"] == "order" else nodes.bullet_list()
    for answer in _answers(tree):
        if answer["right"] or tree["kind"] == "order":
            words = [child.deepcopy() for child in _part(answer, "words").children]
            rights += nodes.list_item("", nodes.paragraph("", "", *words))
    worked = [child.deepcopy() for child in _part(tree, "worked").children]
    return [question, rights, *worked]


def _as_document(section: nodes.section, app: Sphinx) -> nodes.document:
    from sphinx.util.docutils import new_document

    document = new_document("answers")
    document.settings.env = app.env
    document += section
    return document


def _reading_order(env: BuildEnvironment) -> list[str]:
    found: list[str] = []

    def walk(page: str) -> None:
        found.append(page)
        for child in env.toctree_includes.get(page, []):
            if child not in found:
                walk(child)

    walk(env.config.root_doc)
    return found


def only_where_used(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    if doctree is not None and any(doctree.findall(QuizNode)):
        app.add_js_file("quiz.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(QuizNode, html=(visit_quiz, None))
    app.add_node(Part)
    app.add_node(Words)
    app.add_node(AnswersNode)
    app.add_directive("quiz", QuizDirective)
    app.add_directive("quiz-answers", AnswersDirective)
    app.connect("env-before-read-docs", note_answers_page)
    app.connect("doctree-read", remember)
    app.connect("env-updated", write_answers_again)
    app.connect("doctree-resolved", fill_answers)
    app.connect("html-page-context", only_where_used)
    return {"version": "1", "env_version": 1, "parallel_read_safe": False,
            "parallel_write_safe": True}  # fmt: skip
