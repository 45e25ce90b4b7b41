"""Where a tests cell asks for more than two processes allow, said to its author.

In the grader a test and the student's code run apart: what a student's function gives back comes
as a copy, as plain data. Most tests never notice; these rules name what would.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator

from cnncourse.grading.engine import names
from cnncourse.grading.engine.bundle import Bundle, is_answer, is_test

_Rule = Callable[[ast.AST], str]
_LOOKS_INSIDE = ("getsource", "signature", "getsourcelines", "__code__", "__dict__", "__globals__")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])")
_BUILTINS = frozenset(dir(builtins))
_MEMORY = ("shares_memory", "may_share_memory")


def lint(bundle: Bundle) -> list[str]:
    """Say what in the tests of an assignment would not work, or not mean what it says.

    Parameters
    ----------
    bundle : Bundle

    Returns
    -------
    list of str
        A line for each problem: the cell, its line, what is wrong, what to do.
    """
    found = []
    outside = _outside(bundle)
    answers = {name for made in bundle.answers.values() for name in made}
    for grade_id, source in bundle.tests.items():
        quoted = _quoted(source, answers, set(bundle.hidden[grade_id]))
        problems = [*_problems(source, answers), *_borrowed(source, outside), *quoted]
        found += [f"{grade_id}, {problem}" for problem in problems]
    return found


def _problems(source: str, answers: set[str]) -> Iterator[str]:
    tree = names.parse(source)
    if tree is None:
        yield "line 1: this is not Python; a tests cell can hold no IPython syntax"
        return
    if names.plain(source) != source:
        yield "line 1: a tests cell can hold no magic and no command"
    for node in ast.walk(tree):
        for rule in _RULES:
            if words := rule(node):
                yield f"line {getattr(node, 'lineno', 0)}: {words}"
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and _called(last.value) in answers:
        yield f"line {last.lineno}: the points would be what the student's code says"


def _borrowed(source: str, outside: dict[str, str]) -> Iterator[str]:
    for name in sorted(names.needed(source) & outside.keys()):
        words = "make it in the test, or by a function or an import"
        yield f"line 1: “{name}” is made by the student's copy of the notebook; {words}"


def _quoted(source: str, answers: set[str], hidden: set[int]) -> Iterator[str]:
    """Say which messages of hidden tests tell the value that was expected."""
    tree = names.parse(source)
    of_student = set(answers)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Assign) and _names(node.value) & of_student:
            of_student |= {name for target in node.targets for name in _names(target)}
        if not isinstance(node, ast.Assert) or not node.msg or node.lineno not in hidden:
            continue
        for told in sorted(_expected(node.test, of_student) & _told(node.msg)):
            yield f"line {node.lineno}: students would read in its message what is expected: {told}"


def _expected(test: ast.expr, of_student: set[str]) -> set[str]:
    """Name what the sides of a comparison hold that are not the student's: names and numbers."""
    sides = [s for n in ast.walk(test) if isinstance(n, ast.Compare)
             for s in (n.left, *n.comparators)]  # fmt: skip
    own = [side for side in sides if not _names(side) & of_student]
    return {word for side in own for word in _names(side) | _numbers(side)} - _BUILTINS


def _told(message: ast.expr) -> set[str]:
    """Name what a message holds: the numbers in its text, the names that are filled in."""
    text = " ".join(
        n.value for n in ast.walk(message)
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
    )  # fmt: skip
    return set(_NUMBER.findall(text)) | _names(message)


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _numbers(node: ast.AST) -> set[str]:
    """Spell the numbers in an expression, but for the few that stand in any sentence."""
    found = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
    return {f"{n:g}" for n in found if isinstance(n, float) or (type(n) is int and abs(n) > 9)}


def _outside(bundle: Bundle) -> dict[str, str]:
    """Name what cells that are neither answers nor tests make by running, not by defining."""
    given = [
        cell.source
        for cell in bundle.release.cells
        if cell.cell_type == "code" and not is_answer(cell) and not is_test(cell)
    ]
    defined = names.made(bundle.definitions)
    return {name: source for source in given for name in names.made(source) - defined}


def _catches_all(node: ast.AST) -> str:
    if isinstance(node, ast.ExceptHandler):
        kind = node.type
        if kind is None or (isinstance(kind, ast.Name) and kind.id == "BaseException"):
            return "this also catches the end of the student's process; write except Exception"
    return ""


def _asks_for_identity(node: ast.AST) -> str:
    if isinstance(node, ast.Compare):
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.Is | ast.IsNot) and not isinstance(right, ast.Constant):
                return "values come as copies, so “is” is always false; compare values or types"
    return ""


def _looks_inside(node: ast.AST) -> str:
    name = getattr(node, "attr", getattr(node, "id", ""))
    if name in _MEMORY:
        return "values come as copies; ask cnncourse.probes.shares_memory"
    if name in _LOOKS_INSIDE:
        return f"“{name}” sees the stand-in, not the student's object; use cnncourse.probes"
    return ""


def _called(node: ast.AST) -> str:
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return node.func.id if called else ""  # type: ignore[attr-defined]


_RULES: tuple[_Rule, ...] = (_catches_all, _asks_for_identity, _looks_inside)
