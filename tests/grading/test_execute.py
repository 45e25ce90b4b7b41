import os
import time

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cnncourse.grading.execute import ExecuteSubmission, grading_key
from cnncourse.grading.results import CELL_NOT_RUN, KERNEL_DIED, TIME_LIMIT, first_error


@pytest.fixture
def run(tmp_path):
    """Run code cells; gives back each one's text and the name of its error."""

    def run(*sources, seconds=3, **settings):
        notebook = new_notebook(
            cells=[new_code_cell(source) for source in sources],
            metadata={"cnncourse": {"seconds_per_cell": seconds}},
        )
        folder = {"metadata": {"path": str(tmp_path)}}
        notebook, _ = ExecuteSubmission(**settings).preprocess(notebook, folder)
        return [(_text(cell), getattr(first_error(cell), "ename", None)) for cell in notebook.cells]

    return run


def _text(cell):
    return "".join(out.get("text", "") for out in cell.outputs)


def test_cells_run_in_the_given_folder_after_errors_too(run, tmp_path):
    first, second, third = run("import os\nx = 1 / 0", "print(os.getcwd())", "input()")
    assert first[1] == "ZeroDivisionError"
    assert second == (f"{tmp_path}\n", None)
    assert third[1] == "StdinNotImplementedError"


def test_an_endless_loop_costs_its_own_cell(run):
    began = time.monotonic()
    results = run("x = 1", "while True: pass", "print(x)", seconds=2)
    assert [error for _, error in results] == [None, TIME_LIMIT, None]
    assert results[2][0] == "1\n"
    assert time.monotonic() - began < 30


def test_a_loop_that_swallows_the_interrupt_ends_the_run(run):
    stubborn = "import time\nwhile True:\n    try: time.sleep(1)\n    except BaseException: pass"
    results = run("x = 1", stubborn, "print(x)", seconds=1, iopub_timeout=2)
    assert [error for _, error in results] == [None, TIME_LIMIT, CELL_NOT_RUN]


def test_a_dead_kernel_costs_what_comes_after(run):
    results = run("print(1)", "import os; os._exit(0)", "print(2)", "")
    assert results == [("1\n", None), ("", KERNEL_DIED), ("", CELL_NOT_RUN), ("", None)]


def test_leaving_and_killing_are_survived(run):
    results = run("import sys; sys.exit()", "import os; os.kill(os.getpid(), 9)", "print(2)")
    assert [error for _, error in results] == ["SystemExit", KERNEL_DIED, CELL_NOT_RUN]


def test_the_kernel_is_its_own_and_repeatable(run):
    """Start-up files and history of whoever grades are not the student's, nor is chance."""
    asks = "import os\nprint(get_ipython().ipython_dir)\nprint(hash('a'))"
    (one, _), (two, _) = run(asks)[0], run(asks)[0]
    home, number = one.splitlines()
    assert not os.path.exists(home)  # noqa: PTH110 it was made for this run and is gone
    assert number == two.splitlines()[1]


def test_kernels_use_no_tcp_ports(run):
    ask = "from ipykernel.kernelapp import IPKernelApp\nprint(IPKernelApp.instance().transport)"
    assert run(ask)[0] == ("ipc\n", None)


def test_the_instructors_limit_wins_over_the_exercises(tmp_path):
    notebook = new_notebook(
        cells=[new_markdown_cell("no code"), new_code_cell("import time; time.sleep(60)")],
        metadata={"cnncourse": {"seconds_per_cell": 600}},
    )
    runs = ExecuteSubmission(seconds_per_cell=1)
    notebook, _ = runs.preprocess(notebook, {"metadata": {"path": str(tmp_path)}})
    error = first_error(notebook.cells[1])
    assert error.evalue == "Stopped: it ran longer than the limit of 1 seconds per cell."


def test_the_key_names_submission_release_and_tests(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    two.write_text("2")
    keys = {
        grading_key("a", one, two), grading_key("b", one, two), grading_key("a", two, two),
        grading_key("a", one, one), grading_key("a", two, one),
    }
    assert len(keys) == 5
    assert grading_key("a", one, two) in keys
