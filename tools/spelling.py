"""Look for misspelt words: python tools/spelling.py

codespell knows common mistakes and reads every file of the course. American forms are looked for in
prose alone, where code, names and addresses are left out: `color` is what matplotlib calls it.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
BRITISH = ROOT / "tools/british.txt"
FOLDERS = ("book", "cnncourse", "docs", "exercises", "tools")
MARKDOWN = ("*.md", "docs/*.md", "book/*.md", "book/[0-9]*/*.md")
SOURCES = ("cnncourse/**/*.py", "book/_ext/*.py", "tools/*.py", "benchmarks/*.py")
INLINE = re.compile(
    r"\$\$[^$]*\$\$|\$[^$\n]+\$|`[^`]+`|\]\([^)]*\)|https?://\S+|^\(.*\)=$|^:[\w-]+:.*$",
    re.MULTILINE,
)
FENCE = re.compile(r"^\s*(`{3,}|~{3,})(.*)$")
OF_CODE = re.compile(r"\{(?:code|literalinclude|math|raw|eval)|[a-z]")  # what follows its fence
TITLE = re.compile(r'"[^"]+"')  # of a paper
NAMES = r"^\s*\w+(?:, \w+)*(?: : .*)?$"  # of parameters
EXAMPLE = re.compile(rf"^\s*(?:>>>|\.\.\.)(?: .*)?\n(?:.*\S.*\n)*|{NAMES}", re.MULTILINE)


def without_code(text: str, instead: str = "") -> str:
    r"""Blank what is no prose; each line stays where it is.

    Parameters
    ----------
    text : str
    instead : str
        What to write for code and formulas in a line.

    Examples
    --------
    >>> without_code("a `color` and\n```python\ncolor = 1\n```\ncolour")
    'a  and\n\n\n\ncolour'
    """
    lines, closing = [], ""
    for line in text.split("\n"):
        fence = FENCE.match(line)
        code = bool(closing or fence)
        if closing and fence and fence[1] == closing and not fence[2].strip():
            closing = ""
        elif not closing and fence and OF_CODE.match(fence[2].strip()):
            closing = fence[1]
        elif not closing and fence:
            lines.append(fence[2])  # a directive's first line: the question of a quiz
            continue
        lines.append("" if code else line)
    return INLINE.sub(lambda found: instead + _lines_alone(found), "\n".join(lines))


def _lines_alone(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield the documentation in a module and its first lines; no examples, types or titles."""
    for node in ast.walk(ast.parse(source)):
        kinds = ast.Module | ast.ClassDef | ast.FunctionDef
        if isinstance(node, kinds) and ast.get_docstring(node):
            text = node.body[0]
            assert isinstance(text, ast.Expr)
            assert isinstance(text.value, ast.Constant)
            plain = EXAMPLE.sub(_lines_alone, TITLE.sub(_lines_alone, text.value.value))
            yield text.lineno, without_code(plain)


def prose(instead: str = "") -> Iterator[tuple[str, int, str]]:
    """Yield all prose: file, first line, text; `instead` is for code and formulas in a line."""
    for path in (path for pattern in MARKDOWN for path in sorted(ROOT.glob(pattern))):
        yield str(path.relative_to(ROOT)), 1, without_code(path.read_text("utf-8"), instead)
    for path in (path for pattern in SOURCES for path in sorted(ROOT.glob(pattern))):
        for line, text in docstrings(path.read_text("utf-8")):
            yield str(path.relative_to(ROOT)), line, text
    for path in sorted(ROOT.glob("exercises/*/exercise.py")):
        lines = path.read_text("utf-8").splitlines()
        text = "\n".join(line[2:] if re.match("# (?!%%)", line) else "" for line in lines)
        yield str(path.relative_to(ROOT)), 1, without_code(text, instead)


def american() -> Iterator[str]:
    """Yield each American form in prose, with its place and what to write."""
    forms = dict(line.split("->") for line in BRITISH.read_text("utf-8").split())
    word = re.compile(rf"\b(?!(?-i:Gray)\b)({'|'.join(forms)})\b", re.IGNORECASE)  # a name
    for file, first, text in prose():
        for found in word.finditer(text):
            line = first + text.count("\n", 0, found.start())
            yield f"{file}:{line}: {found[0]} ==> {forms[found[0].lower()]}"


def main() -> None:
    command = [sys.executable, "-m", "codespell_lib", *FOLDERS, *ROOT.glob("*.md")]
    checked = subprocess.run(command, cwd=ROOT, check=False)
    found = list(american())
    print("\n".join(found), end="\n" if found else "")
    sys.exit(bool(checked.returncode or found))


if __name__ == "__main__":
    main()
