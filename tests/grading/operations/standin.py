"""A grader of the engine's shape that starts at once and trusts everyone, to test the carrying.

Like the engine's it keeps a warm process; its exercises' answers run there, unguarded.
"""

import json
import subprocess
import sys
import time

from nbformat.v4 import new_output
from nbgrader.utils import is_grade, is_solution

from cnncourse.errors import SubmissionError
from cnncourse.grading.engine import Bundle
from cnncourse.grading.intake import is_blank, rebuild
from cnncourse.grading.results import GRADED, REFUSED, Result, blank_parts, read_parts, reason_for

WARM = """
import ast, contextlib, io, json, sys
for line in sys.stdin:
    names, said = {}, []
    for source in json.loads(line):
        printed, value, error = io.StringIO(), None, None
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            try:
                tree = ast.parse(source)
                shown = tree.body and isinstance(tree.body[-1], ast.Expr)
                last = tree.body.pop() if shown else None
                exec(compile(tree, "cell", "exec"), names)
                if last:
                    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            except BaseException as caught:
                error = [type(caught).__name__, str(caught)]
        said.append([printed.getvalue(), None if value is None else repr(value), error])
    print(json.dumps(said), flush=True)
"""


class Grader:
    """What `engine.Grader` promises."""

    pause = 0.0  # seconds that each submission takes at least

    def __init__(self, bundle: Bundle, sandbox: str = "auto"):
        self.bundle = bundle

    def __enter__(self):
        self.warm = subprocess.Popen(
            [sys.executable, "-S", "-E", "-c", WARM],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        return self

    def __exit__(self, *error):
        self.warm.kill()
        self.warm.communicate()

    def grade(self, notebook: bytes, *, student="", seed=b"", parts=None, files=None) -> Result:
        time.sleep(self.pause)
        try:
            built, repairs = rebuild(self.bundle.release, notebook, f"{student}.ipynb")
        except SubmissionError as error:
            blank = tuple(blank_parts(self.bundle.release))
            return Result(student, self.bundle.name, REFUSED, error.problem, parts=blank)
        cells = [cell for cell in built.cells if cell.cell_type == "code"]
        run = [c for c in cells if not is_test(c) or parts is None or name_of(c) in parts]
        sources = [self.bundle.tests[name_of(c)] if is_test(c) else c.source for c in run]
        self.warm.stdin.write(json.dumps(sources) + "\n")
        self.warm.stdin.flush()
        for cell, said in zip(run, json.loads(self.warm.stdout.readline()), strict=True):
            cell.outputs = list(outputs_of(*said))
        chosen = tuple(
            part for part in read_parts(built)
            if part.manual or parts is None or part.grade_id in parts
        )  # fmt: skip
        built.metadata.cnncourse.blank = is_blank(self.bundle.release, built)
        return Result(
            student, self.bundle.name, GRADED, reason_for(built, chosen), repairs, chosen,
            notebook=json.dumps(built),
        )  # fmt: skip


def outputs_of(printed, value, error):
    if printed:
        yield new_output("stream", name="stdout", text=printed)
    if value is not None:
        yield new_output("execute_result", data={"text/plain": value}, execution_count=1)
    if error:
        yield new_output("error", ename=error[0], evalue=error[1], traceback=[])


def is_test(cell):
    return is_grade(cell) and not is_solution(cell)


def name_of(cell):
    return cell.metadata.nbgrader.grade_id
