"""The commands as the three people type them; what they do is tested in their rooms."""

import csv
import json
import re
import zipfile
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from cnncourse.authoring.build import build_exercise, fill_in, release_notebook
from cnncourse.authoring.source import read_exercise
from cnncourse.cli import main
from cnncourse.data.audio import wav

COUNTING = Path(__file__).parent / "grading" / "counting"
NAME = "01_counting"


def run(*words: object):
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build_exercise(read_exercise(COUNTING / NAME), tmp_path_factory.mktemp("built"))


def test_help_lists_every_command():
    shown = run("--help")
    assert shown.exit_code == 0
    for command in main.commands:
        assert f"\n  {command} " in shown.output
        assert run(command, "--help").exit_code == 0


def test_exercises_build_writes_the_notebooks_and_the_points(tmp_path):
    shown = run("exercises", "build", "--exercises", COUNTING, "--out", tmp_path)
    assert shown.exit_code == 0
    assert (tmp_path / "release" / NAME / f"{NAME}.ipynb").exists()
    assert (tmp_path / "points.md").read_text().count("| **Total** |") == 1


def test_exercises_check_proves_an_exercise():
    """What it is graded on is right; what a course's exercise needs beside that is missing."""
    shown = run("exercises", "check", NAME, "--exercises", COUNTING, "--workers", 1)
    assert shown.exit_code == 1
    assert f"{NAME}: 4 passed" in shown.output
    assert "double: 1 files in wrong/ answer it, expected 4 or more" in shown.output
    assert f"cnncourse exercises mutate {NAME}" in shown.output


def test_exercises_check_refuses_an_unknown_name():
    shown = run("exercises", "check", "77_none", "--exercises", COUNTING)
    assert shown.exit_code == 2
    assert "no such exercise" in shown.output
    assert "77_none" in shown.output


def test_exercises_table_lists_what_students_write():
    shown = run("exercises", "table", "--exercises", COUNTING)
    assert NAME in shown.output
    shown = run("exercises", "table", "--markdown", "--exercises", COUNTING)
    assert shown.output.splitlines()[2] == (
        f"| {NAME} | book/index.md | 5 | 9 | 3 | `double`, `evens` |"
    )


def test_a_student_starts_and_never_loses_work(tmp_path):
    shown = run("start", "01", "--into", tmp_path, "--exercises", COUNTING)
    assert shown.exit_code == 0, shown.output
    assert f"cnncourse check {tmp_path / NAME}.ipynb" in shown.output
    shown = run("start", NAME, "--into", tmp_path, "--exercises", COUNTING)
    assert shown.exit_code == 1
    assert "may be your work" in shown.output


def test_check_fails_on_an_unfinished_notebook_and_says_where(built):
    shown = run("check", built.release, "--exercises", COUNTING)
    assert shown.exit_code == 1
    assert "Not filled in yet." in shown.output


def test_check_passes_the_solution(built):
    shown = run("check", built.solution, "--exercises", COUNTING)
    assert shown.exit_code == 0, shown.output
    assert "points so far: 6 of 6; 3 more are given by hand" in shown.output


def test_what_is_not_a_notebook_is_named(tmp_path):
    (tmp_path / "a.ipynb").write_text("{")
    shown = run("check", tmp_path / "a.ipynb", "--exercises", COUNTING)
    assert shown.exit_code == 1
    assert "a.ipynb" in shown.output
    assert "JSON" in shown.output


def test_an_instructor_goes_from_a_roster_to_a_csv(built, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "id,first_name,last_name,email\n"
        'anna,Anna,"Müller, jr.",anna@example.org\n'
        "bo,Bo,Ek,bo@example.org\n",
        encoding="utf-8",
    )
    with zipfile.ZipFile(tmp_path / "inbox.zip", "w") as inbox:
        inbox.write(built.solution, f"anna/{NAME}.ipynb")
    course = tmp_path / "course"
    shown = run("new-course", course, "--students", roster, "--exercises", COUNTING)
    assert "assignments 1, students 2" in shown.output
    assert run("grade", "release", NAME, "--course", course).exit_code == 0
    shown = run("grade", "all", NAME, "--course", course, "--from", tmp_path / "inbox.zip")
    assert shown.exit_code == 0, shown.output
    assert "nothing was handed in" in shown.output
    with (course / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert rows["anna"]["last_name"] == "Müller, jr."
    assert float(rows["anna"]["score"]) > float(rows["bo"]["score"]) == 0
    assert (course / "feedback" / "anna" / NAME / f"{NAME}.html").exists()


def test_each_step_of_grading_runs_on_its_own(built, tmp_path):
    exercise = read_exercise(COUNTING / NAME)
    (tmp_path / "roster.csv").write_text("id,first_name,last_name,email\nbo,Bo,Ek,\n")
    inbox = tmp_path / "inbox"
    (inbox / "bo").mkdir(parents=True)
    blank = fill_in(release_notebook(exercise), {})
    (inbox / "bo" / f"{NAME}.ipynb").write_text(json.dumps(blank))
    course = ("--course", tmp_path / "course")
    run("new-course", tmp_path / "course", "--students", tmp_path / "roster.csv",
        "--exercises", COUNTING)  # fmt: skip
    assert run("grade", "release", NAME, *course).exit_code == 0
    shown = run("grade", "collect", NAME, *course, "--from", inbox)
    assert "submissions collected: 1, files refused: 0" in shown.output
    shown = run("grade", "autograde", NAME, *course, "--only", "bo")
    assert "no answer was filled in" in shown.output
    assert "feedback pages: 1" in run("grade", "feedback", NAME, *course).output
    scores = tmp_path / "scores.csv"
    assert run("grade", "export", NAME, *course, "--csv", scores).exit_code == 0
    assert scores.read_text().count("\n") == 2


def test_a_run_is_planned_told_compared_and_taken_back(built, tmp_path):
    (tmp_path / "roster.csv").write_text("id,first_name,last_name,email\nbo,Bo,Ek,\nal,Al,Ek,\n")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "bo.ipynb").write_bytes(built.solution.read_bytes())
    (inbox / "al.ipynb").write_text("{")
    folder = tmp_path / "course"
    course = ("--course", folder)
    run("new-course", folder, "--students", tmp_path / "roster.csv", "--exercises", COUNTING)
    run("grade", "release", NAME, *course)
    run("grade", "collect", NAME, *course, "--from", inbox)

    shown = run("grade", "autograde", NAME, *course, "--dry-run", "--part", "test_evens")
    assert "submissions to run: 2" in shown.output
    assert "test_double" not in shown.output
    assert not (folder / "runs").exists()

    shown = run("grade", "autograde", NAME, *course, "--workers", 1)
    assert shown.exit_code == 0, shown.output
    assert "al: refused; is not JSON" in shown.output
    (summary,) = re.findall(r"^run \S+: (.*)$", shown.output, re.MULTILINE)
    assert sorted(summary.split(", ")) == ["graded 1", "refused 1"]
    shown = run("grade", "autograde", NAME, *course)
    assert "graded before 2" in shown.output
    first, second = run("gradebook", "runs", *course).output.split()
    shown = run("gradebook", "diff", *course, first, second)
    assert "graded for the first time" in shown.output
    assert "scores that differ: 0" in run("gradebook", "diff", *course, second).output
    assert "what was there is kept as" in run("gradebook", "restore", *course, first).output
    assert "scores that differ: 0" in run("gradebook", "diff", *course, first).output
    shown = run("gradebook", "restore", *course, "yesterday")
    assert shown.exit_code == 1
    assert "run: expected one of" in shown.output


def test_without_a_sandbox_there_is_a_warning(built, tmp_path):
    (tmp_path / "roster.csv").write_text("id,first_name,last_name,email\nbo,Bo,Ek,\n")
    course = ("--course", tmp_path / "course")
    run("new-course", tmp_path / "course", "--students", tmp_path / "roster.csv",
        "--exercises", COUNTING)  # fmt: skip
    run("grade", "release", NAME, *course)
    shown = run("grade", "autograde", NAME, *course, "--sandbox", "none")
    assert "Warning: student code runs without a sandbox" in shown.output
    assert "nothing to grade" in shown.output


def test_grading_names_an_unknown_assignment_and_a_folder_that_is_no_course(tmp_path):
    shown = run("grade", "autograde", NAME, "--course", tmp_path)
    assert shown.exit_code == 1
    assert "expected a course folder" in shown.output
    run("new-course", tmp_path / "course", "--exercises", COUNTING)
    shown = run("grade", "autograde", "02_other", "--course", tmp_path / "course")
    assert shown.exit_code == 1
    assert "assignment: expected one of this course" in shown.output


def test_models_prints_one_row_for_each_network():
    shown = run("models")
    assert shown.exit_code == 0
    assert "138,357,544" in shown.output
    assert run("models", "--markdown").output.startswith("| name |")


def test_data_sets_are_listed_and_described():
    assert "1,797" in run("data", "list").output
    assert "8 x 8 pixels" in run("data", "describe", "digits").output
    shown = run("data", "describe", "diggits")
    assert shown.exit_code == 1
    assert "nearest: digits" in shown.output


def test_recordings_show_their_licence_and_are_not_fetched_twice(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNCOURSE_DATA", str(tmp_path))
    (tmp_path / "fsdd").mkdir()
    with zipfile.ZipFile(tmp_path / "fsdd" / "recordings.zip", "w") as packed:
        packed.writestr("7_ann_0.wav", wav([0.0, 0.5], 8000))
    told = CliRunner().invoke(main, ["data", "recordings"])
    assert told.exit_code == 0, told.output
    assert "CC BY-SA 4.0" in told.stderr
    assert told.stdout == f"{tmp_path}: 1 recordings of ann\n"


def test_train_trains_logs_and_goes_on_where_it_stopped(tmp_path):
    words = ("train", "lenet5", "--data", "digits", "--device", "cpu", "--out", tmp_path)
    shown = run(*words, "--epochs", 1)
    assert shown.exit_code == 0, shown.output
    assert "lenet5 on digits:" in shown.output
    assert {"last.pt", "log.csv", "curves.png"} <= {path.name for path in tmp_path.iterdir()}
    shown = run(*words, "--epochs", 1, "--resume")
    assert shown.exit_code == 0, shown.output
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 2  # no epoch was repeated


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("lenett", "--data", "digits"), "nearest: lenet5"),
        (("lenet5", "--data", "diggits"), "nearest: digits"),
        (("resnet20", "--data", "digits", "--device", "warp"), "device"),
        (("resnet20", "--data", "digits", "--epochs", 0), "epochs: expected at least 1"),
        (("resnet20", "--data", "digits", "--resume"), "--resume needs --out"),
    ],
)
def test_train_says_what_is_wrong(words, message):
    shown = run("train", *words)
    assert shown.exit_code in (1, 2)
    assert message in shown.output


def test_a_trained_network_is_exported(tmp_path):
    trained = run("train", "lenet5", "--data", "digits", "--size", 32, "--epochs", 1,
                  "--out", tmp_path, "--device", "cpu")  # fmt: skip
    assert trained.exit_code == 0, trained.output
    file = tmp_path / "network.json"
    shown = run("export", "lenet5", tmp_path / "last.pt", "--out", file, "--dtype", "float16")
    assert shown.exit_code == 0, shown.output
    assert "network.json: 166 kB" in shown.output
    network = json.loads(file.read_text())
    assert (network["name"], network["input"]) == ("lenet5", [1, 32, 32])
    assert network["classes"] == list("0123456789")
    assert 0 < network["about"]["accuracy"] <= 1


def test_a_checkpoint_of_another_network_is_not_exported(tmp_path):
    from cnncourse.training.checkpoint import save_checkpoint

    weights = {"features.conv.weight": torch.zeros(2, 1, 3, 3)}
    save_checkpoint(tmp_path / "last.pt", {
        "model": weights, "average": None, "data": ["digits", 10, ["0", "1"]], "history": [],
    })  # fmt: skip
    shown = run("export", "lenet5", tmp_path / "last.pt", "--out", tmp_path / "network.json")
    assert shown.exit_code == 1
    assert "of another network; it has no features.C1.conv.weight" in shown.output
    assert not (tmp_path / "network.json").exists()
