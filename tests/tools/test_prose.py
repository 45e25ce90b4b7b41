"""What the spelling and the readability of the course are judged by."""

import doctest

import readability
import spelling


def test_the_examples_of_the_tools_run():
    for tool in (spelling, readability):
        found = doctest.testmod(tool)
        assert found.attempted > 0
        assert found.failed == 0


def test_prose_is_found_between_code_and_keeps_its_lines():
    page = "---\nkernelspec: color\n---\n# H\n\n```{quiz} A color?\n:name: color\n\n( ) one\n```\n"
    page += "```{code-cell} ipython3\ncolor = 1\n```\nText of a `color` and $color$.\n"
    found = spelling.without_code(page).split("\n")
    assert [n for n, line in enumerate(found, 1) if "color" in line] == [2, 6]
    assert len(found) == len(page.split("\n"))


def test_documentation_is_read_without_examples_types_and_titles():
    module = '"""Of colours.\n\n>>> color\n1\n\ncolor : str\n    "Color in nature" says it.\n"""\n'
    assert "color" not in next(spelling.docstrings(module))[1].lower().replace("colours", "")


def test_a_sentence_that_is_too_long_is_told():
    long = " ".join(["word"] * 46)
    page = readability.measure("a", f"A short one. {long}. Another one.")
    assert (page.longest, page.too_long) == (46, [long])
