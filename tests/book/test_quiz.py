"""Quizzes: what authors are told, and what readers can do with every one in the book."""

import base64
import io
import json
from itertools import cycle
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

BOOK = Path(__file__).parents[2] / "book"
CHAPTERS = {
    page.parent.name: f"book/{page.parent.name}/index.html"
    for page in sorted(BOOK.glob("[0-9]*/index.md"))
}

GOOD = "(x) a\n( ) b\n  no\n---\nw"
# the content of a quiz, which of its lines is wrong, and a part of what is said about it
MISTAKES = {
    "no-worked": ("( ) a\n  no\n(x) b", 2, "a line --- and the worked answer"),
    "empty-worked": ("( ) a\n  no\n(x) b\n---", 3, "a worked answer below ---, got nothing"),
    "no-answers": ("Text.\n---\nw", 1, "answers marked (x)"),
    "two-right": ("(x) a\n(x) b\n---\nw", 0, "one of them marked (x), got 2 answers, 2 marked"),
    "no-feedback": ("(x) a\n( ) b\n---\nw", 1, "the misconception behind this wrong answer"),
    "none-right": ("[ ] a\n  no\n[ ] b\n  no\n---\nw", 0, "at least one marked [x]"),
    "no-reason": ("[x] a\n  no\n[ ] b\n---\nw", 2, "for a reader who has this one wrong"),
    "mixed": ("(x) a\n[ ] b\n---\nw", 1, "the marks of one kind of question (single)"),
    "stray": ("(x) a\n( ) b\nnot indented\n---\nw", 2, "'not indented'"),
    "two-numbers": ("= 2\n= 3\n---\nw", 0, "one right number, marked ="),
    "not-a-number": ("= many\n---\nw", 0, "a number such as 86.7 ± 0.1 MB"),
    "no-other": ("= 2\n~ 3\n  no\n---\nw", 1, "`~ other` last"),
    "two-steps": ("1. a\n2. b\n  no\n---\nw", 0, "three or more steps"),
    "no-order": ("1. a\n2. b\n  no\n3. c\n---\nw", 3, "why this step comes after"),
}  # fmt: skip
HEAD = "# Title\n\n```{quiz} Why?\n:name: quiz-a\n\n"  # five lines
# whole pages, the line that is named, and a part of what is said
PAGES = {name: (f"{HEAD}{quiz}\n```\n", 6 + n, said) for name, (quiz, n, said) in MISTAKES.items()}
PAGES["no-name"] = (f"# Title\n\n```{{quiz}} Why?\n\n{GOOD}\n```\n", 3, "an option `:name: quiz-…`")
PAGES["units"] = (
    HEAD.replace("quiz-a", "quiz-a\n:units: GB") + "= 2 MB\n~ other\n  no\n---\nw\n```\n",
    3, ":units: such as GB = 1000",
)  # fmt: skip
PAGES["twice"] = (f"{HEAD}{GOOD}\n```\n" + f"{HEAD}{GOOD}\n```\n".replace("# Title", ""), None,
                  "a name of its own, got quiz-a twice")  # fmt: skip
PAGES["elsewhere"] = (f"{HEAD}{GOOD}\n```\n", None, "a name of its own, got quiz-a of twice")


@pytest.fixture(scope="module")
def warnings(tmp_path_factory):
    """What Sphinx says of a small book in which every page has one mistake."""
    folder = tmp_path_factory.mktemp("mistakes")
    pages = "\n".join(PAGES)
    contents = f"```{{toctree}}\n{pages}\n```"
    (folder / "index.md").write_text(f"# Index\n\n{contents}\n```{{quiz-answers}}\n```\n")
    for name, (text, _, _) in PAGES.items():
        (folder / f"{name}.md").write_text(text)
    said = io.StringIO()
    with docutils_namespace():  # what Sphinx registers is taken back, for other tests' Sphinx
        app = Sphinx(
            folder, None, folder / "html", folder / "doctrees", "html", status=None, warning=said,
            confoverrides={"extensions": ["myst_parser", "quiz"]},
        )  # fmt: skip
        app.build()
    return said.getvalue()


@pytest.mark.parametrize("name", PAGES)
def test_a_mistake_is_a_warning_that_names_the_line(warnings, name):
    _, line, expected = PAGES[name]
    place = f"{name}.md:{line}: WARNING: quiz: " if line else f"{name}.md: WARNING: quiz: "
    said = [text for text in warnings.splitlines() if f"{name}.md" in text]
    assert len(said) == 1
    assert place in said[0]
    assert expected in said[0]


# --- the quizzes of the book ---


def unseal(form):
    key = cycle(form.get_attribute("id").encode())
    sealed = base64.b64decode(form.locator(".quiz-sealed").text_content())
    return json.loads(bytes(a ^ b for a, b in zip(sealed, key, strict=False)))


def text_of(page, html):
    return page.evaluate(
        "html => { const box = document.createElement('div'); box.innerHTML = html;"
        " return box.textContent.trim() }", html,
    )  # fmt: skip


@pytest.fixture
def chapter(visit, html):
    def open_chapter(name):
        page = visit((html / "book" / name / "index.html").as_uri())
        assert page.locator(".quiz-progress").count() == 1
        return page

    return open_chapter


GIVE = """(form, answer) => {
    const list = form.querySelector(".quiz-steps");
    if (list)
        for (const step of answer) list.append(list.querySelector(`[data-step="${step}"]`));
    else if (form.dataset.kind === "number") form.querySelector("input").value = answer;
    else for (const [n, box] of form.querySelectorAll("input").entries())
        box.checked = answer.includes(n);
    form.dispatchEvent(new Event("input"));
    form.querySelector(".quiz-check").click();
    return form.querySelector("[role=status]").textContent;
}"""


def give(form, answer):
    """Put an answer in, press the button, and return what is said. Keyboards: further down."""
    return form.evaluate(GIVE, answer)


def right_answer(form, sealed):
    kind = form.get_attribute("data-kind")
    if kind == "number":
        return sealed["values"][sealed["right"].index(True)]
    if kind == "order":
        return sealed["right"]
    return [number for number, right in enumerate(sealed["right"]) if right]


def wrong_answers(form, sealed):
    """Each wrong answer that an author thought of, with the number of its feedback."""
    kind = form.get_attribute("data-kind")
    right = right_answer(form, sealed)
    if kind == "number":
        values = [987654.25 if value is None else value for value in sealed["values"]]
        return [(value, n) for n, value in enumerate(values) if not sealed["right"][n]]
    if kind == "order":
        steps = range(1, len(right))
        return [([*right[: n - 1], right[n], right[n - 1], *right[n + 1 :]], n) for n in steps]
    options = range(len(sealed["right"]))
    if kind == "single":
        return [([n], n) for n in options if n not in right]
    swapped = [(sorted({*right} ^ {n}), n) for n in options]
    return [(answer, n) for answer, n in swapped if answer]


@pytest.mark.parametrize("page_path", CHAPTERS.values(), ids=CHAPTERS)
def test_every_answer_of_every_quiz_is_answered(chapter, page_path):
    page = chapter(Path(page_path).parent.name)
    forms = page.locator("form.quiz").all()
    for form in forms:
        sealed = unseal(form)
        for answer, number in wrong_answers(form, sealed):
            said = give(form, answer)
            assert said.startswith("Not yet."), (form.get_attribute("id"), answer)
            assert text_of(page, sealed["feedback"][number]) in said
        said = give(form, right_answer(form, sealed))
        assert said == "Right."
        worked = form.locator(".quiz-worked")
        assert text_of(page, sealed["worked"]) in worked.text_content()
        assert worked.locator("p").first.is_visible()
    count = len(forms)
    assert f"{count} of {count} questions" in page.locator(".quiz-progress").text_content()
    outlines = """() => [...document.querySelectorAll("form.quiz use")]
        .map(use => document.getElementById(use.getAttribute("xlink:href").slice(1)) !== null)"""
    assert all(page.evaluate(outlines))
    assert page.problems == []


@pytest.mark.parametrize("page_path", CHAPTERS.values(), ids=CHAPTERS)
def test_every_section_asks_something(on_disk, page_path):
    page = on_disk(page_path)
    silent = page.evaluate(
        """() => [...document.querySelectorAll("article h2")]
            .filter(h => !h.closest("section").querySelector("form.quiz"))
            .map(h => h.firstChild.nextSibling?.textContent ?? h.textContent)"""
    )
    others = ("Further reading", "The graded exercise")
    assert [title for title in silent if not title.strip("#").strip().startswith(others)] == []


def test_the_page_source_does_not_give_the_answers_away(html):
    for name in CHAPTERS:
        source = (html / "book" / name / "index.html").read_text("utf-8")
        assert source.count('class="quiz-sealed"') >= 7
        for answer in ("One short.", "The shuffle can be undone", "The interpreter is asked once"):
            assert answer not in source


def test_the_sources_own_two_quizzes_are_there(on_disk):
    size = on_disk("book/02_convolution/index.html").locator("#quiz-map-size")
    assert right_answer(size, unseal(size)) == 28
    pooling = on_disk("book/01_why_not_dense/index.html").locator("#quiz-pooling-true")
    assert pooling.locator("label").all_text_contents() == ["True", "False"]
    assert right_answer(pooling, unseal(pooling)) == [0]


# --- by keyboard alone ---


def test_a_choice_by_keyboard(chapter):
    page = chapter("02_convolution")
    form = page.locator("#quiz-dark-bar")
    form.locator("input").first.focus()
    page.keyboard.press("ArrowDown")
    assert form.locator("input").nth(1).is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert form.get_by_role("status").text_content() == "Right."


def test_several_answers_by_keyboard(chapter):
    page = chapter("02_convolution")
    form = page.locator("#quiz-flip-matters")
    form.locator("input").first.focus()
    for key in ("Tab", "Tab", "Space", "Tab", "Space", "Tab", "Enter"):
        page.keyboard.press(key)
    assert form.get_by_role("status").text_content() == "Right."


def test_steps_by_keyboard(chapter):
    page = chapter("02_convolution")
    form = page.locator("#quiz-one-output")
    right = unseal(form)["right"]
    for place, step in enumerate(right):
        form.locator(f"[data-step='{step}']").get_by_role("button", name="Move up").focus()
        while form.locator(".quiz-step").nth(place).get_attribute("data-step") != str(step):
            page.keyboard.press("ArrowUp")
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert f"(step {place + 1} of {len(right)})" in focused
    form.get_by_role("button", name="Check").press("Enter")
    assert form.get_by_role("status").text_content() == "Right."


def test_a_step_can_be_dragged(chapter):
    form = chapter("02_convolution").locator("#quiz-learning-step")
    first = form.locator(".quiz-step").first
    name = first.get_attribute("data-step")
    first.drag_to(form.locator(".quiz-step").last, target_position={"x": 20, "y": 30})
    assert form.locator(".quiz-step").last.get_attribute("data-step") == name
    assert form.get_by_role("status").text_content() == "Step 4 of 4"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("231,211,008e-6", "Right."),
        ("231.2 million", "Right."),
        ("0.2312 billion", "Right."),
        ("231 200 thousand", "Right."),
        ("231.2 Million", "Right."),
        ("462.4", "a multiply-add counts as two"),
        ("1", "Positions times weights"),
        ("many", "Type a number such as 12 or 0.5, in million or billion or thousand."),
        ("231.2 metres", "Type a number such as"),
        ("", "Type a number such as"),
    ],
)
def test_numbers_with_units(on_disk, typed, said):
    form = on_disk("book/10_cost/index.html").locator("#quiz-multiply-adds")
    form.locator("input").fill(typed)
    form.locator("input").press("Enter")
    assert said in form.get_by_role("status").text_content()
    page = form.page
    page.evaluate("localStorage.clear()")


# --- what is kept ---


def test_answers_are_kept_and_can_be_forgotten(chapter, pass_quizzes):
    page = chapter("01_why_not_dense")
    give(page.locator("#quiz-dense-parameters"), "78,500")
    give(page.locator("#quiz-shuffle"), [0])
    page.reload()
    assert "1 of" in page.locator(".quiz-progress").text_content()  # before any is a form
    pass_quizzes(page)
    assert page.locator("#quiz-dense-parameters input").input_value() == "78,500"
    assert page.locator("#quiz-shuffle input").first.is_checked()
    assert "1 of" in page.locator(".quiz-progress").text_content()
    page.get_by_role("button", name="Forget my answers").click()
    assert "0 of" in page.locator(".quiz-progress").text_content()
    page.reload()
    pass_quizzes(page)
    assert page.locator("#quiz-dense-parameters input").input_value() == ""


def test_answers_can_be_forgotten_before_their_questions_are_seen(chapter):
    page = chapter("01_why_not_dense")
    give(page.locator("#quiz-dense-parameters"), "78,500")
    page.reload()
    assert page.locator("div.quiz").count() > 0
    page.evaluate("document.querySelector('.quiz-reset').click()")
    assert "0 of" in page.locator(".quiz-progress").text_content()
    page.reload()
    assert "0 of" in page.locator(".quiz-progress").text_content()


def test_a_quiz_works_where_nothing_may_be_kept(browser, html, pass_quizzes):
    context = browser.new_context()
    context.add_init_script("Storage.prototype.setItem = () => { throw new Error('forbidden') }")
    page = context.new_page()
    page.goto((html / "book/01_why_not_dense/index.html").as_uri())
    pass_quizzes(page)
    assert give(page.locator("#quiz-dense-parameters"), "78500") == "Right."
    assert "1 of" in page.locator(".quiz-progress").text_content()
    context.close()


def test_on_paper_a_quiz_is_its_question(chapter):
    page = chapter("01_why_not_dense")
    form = page.locator("#quiz-shuffle")
    give(form, [1])
    page.emulate_media(media="print")
    assert form.locator("legend").is_visible()
    assert form.locator("label").first.is_visible()
    for hidden in (".quiz-actions", ".quiz-said", ".quiz-worked"):
        assert not form.locator(hidden).is_visible()


def test_the_answers_page_has_them_all(on_disk, html):
    page = on_disk("book/answers.html")
    chapters = [(html / path).read_text("utf-8") for path in CHAPTERS.values()]
    asked = sum(chapter.count('class="quiz-sealed"') for chapter in chapters)
    assert page.locator(".quiz-asked").count() == asked
    assert "so its left end has the 28 places" in page.locator("article").inner_text()
