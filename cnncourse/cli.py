"""The ``cnncourse`` command: arguments and printing, nothing else.

Each command imports what it needs when it runs, so that ``cnncourse --help`` is quick.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnncourse.errors import CourseError

if TYPE_CHECKING:
    from cnncourse.authoring.source import Exercise
    from cnncourse.grading.results import Result
    from cnncourse.training import TrainConfig

ROOT = Path(__file__).parents[1]


class _Commands(click.Group):
    """A group whose commands end with one line, not a traceback, on what the course refuses."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CourseError as error:
            raise click.ClickException(str(error)) from error


exercises_option = click.option(
    "--exercises", "root", type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=ROOT / "exercises", help="The folder of exercise sources [default: the course's own].",
)
course_option = click.option(
    "--course", "folder", type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(), help="The course folder [default: this folder].",
)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cnncourse")
def main() -> None:
    """A course on convolutional neural networks: exercises, grading, checks."""


# --- for authors ---


@main.group()
def exercises() -> None:
    """Build and prove the exercises."""


@exercises.command("build")
@exercises_option
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("_build/exercises"),
    show_default=True, help="Where source/, release/, solution/ and points.md go.",
)
def exercises_build(root: Path, out: Path) -> None:
    """Make notebooks, solutions, points."""
    from cnncourse.authoring.build import build_exercises
    from cnncourse.authoring.source import read_exercises

    for built in build_exercises(read_exercises(root), out):
        click.echo(f"{built.release}")
    click.echo(f"{out / 'points.md'}")


names_argument = click.argument("names", nargs=-1)
workers_option = click.option(
    "--workers", type=click.IntRange(1), help="Processes [default: one for each core]."
)


def _chosen(root: Path, names: tuple[str, ...]) -> list[Exercise]:
    """Read the named exercises, or all."""
    from cnncourse.authoring.source import read_exercise, read_exercises

    if unknown := [name for name in names if not (root / name / "exercise.py").is_file()]:
        raise click.UsageError(f"no such exercise in {root}: {', '.join(unknown)}")
    return [read_exercise(root / name) for name in names] if names else read_exercises(root)


@exercises.command("check")
@exercises_option
@names_argument
@click.option("--seeds", type=click.IntRange(1), help="Students' random numbers to try right "
              "answers with; 200 or more are stored beside the exercise.")  # fmt: skip
@workers_option
def exercises_check(
    root: Path, names: tuple[str, ...], seeds: int | None, workers: int | None
) -> None:
    """Prove each exercise.

    The solution and every other right answer earn all, the blank nothing, each misconception loses
    what it should, small mistakes are found, nothing passes that knows the visible tests by heart.

    NAMES are folders of exercises; all of them if none is given.
    """
    from cnncourse.grading.proof import FEW_SEEDS, check_exercises

    failed = 0
    with _progress("check") as step:
        proofs = list(check_exercises(_chosen(root, names), seeds or FEW_SEEDS, workers, step))
    for exercise, findings in proofs:
        _print_table(
            ("submission", "expected", "got", "", "message"),
            ((f.name, f.expected, f.got, "ok" if f.ok else "WRONG", f.message)
             for f in findings if names or not f.ok),
        )  # fmt: skip
        wrong = sum(not finding.ok for finding in findings)
        click.echo(f"{exercise.name}: {len(findings) - wrong} passed, {wrong} failed")
        failed += wrong
    if failed:
        raise click.exceptions.Exit(1)


@exercises.command("mutate")
@exercises_option
@names_argument
@workers_option
def exercises_mutate(root: Path, names: tuple[str, ...], workers: int | None) -> None:
    """Put small mistakes into the answers; the tests must find 95 % of them.

    What became of them is stored beside each exercise, in proven.json. A mistake that changes
    nothing belongs into its equivalent.tsv, with the reason.

    NAMES are folders of exercises; all of them if none is given.
    """
    from cnncourse.grading.proof import mutate

    failed = False
    with _progress("mutate") as step:
        found = list(mutate(_chosen(root, names), workers, step))
    for exercise, tallies, problems in found:
        _print_table(
            (exercise.name, "killed", "survived", "equivalent", "rate"),
            ((t.grade_id, t.killed, len(t.survived), len(t.equivalent), f"{t.rate:.1%}")
             for t in tallies),
        )  # fmt: skip
        for line in [*(label for tally in tallies for label in tally.survived), *problems]:
            click.echo(line)
        failed |= bool(problems) or not all(tally.enough for tally in tallies)
    if failed:
        raise click.exceptions.Exit(1)


@exercises.command("table")
@exercises_option
@click.option("--markdown", is_flag=True, help="As Markdown, with the functions.")
def exercises_table(root: Path, markdown: bool) -> None:
    """List the exercises: points, time, what is graded by hand."""
    from cnncourse.authoring.build import syllabus, syllabus_markdown
    from cnncourse.authoring.source import read_exercises

    sources = read_exercises(root)
    if markdown:
        click.echo(syllabus_markdown(sources))
        return
    columns = ("assignment", "title", "minutes", "points", "by hand")
    _print_table(columns, ([row[column] for column in columns] for row in syllabus(sources)))


# --- for readers and students ---


@main.command()
@click.option("--markdown", is_flag=True, help="As Markdown, with every column.")
def models(markdown: bool) -> None:
    """List the networks and their papers' facts."""
    from cnncourse.models.registry import models_markdown, models_table

    if markdown:
        click.echo(models_markdown())
        return
    columns = ("name", "year", "depth", "parameters", "multiply-adds", "error % (top-1 / top-5)",
               "protocol")  # fmt: skip
    _print_table(columns, ([row[column] for column in columns] for row in models_table()))


@main.group("data")
def data_sets() -> None:
    """List and describe the data sets; download recordings."""


@data_sets.command("list")
def data_list() -> None:
    """List the data sets."""
    from cnncourse import data

    entries = [data.describe(name) for name in data.names()]
    _print_table(
        ("name", "images", "size", "classes", "comes"),
        (
            (e.name, f"{e.train + e.test:,}", " x ".join(map(str, e.shape)), len(e.classes),
             e.comes)
            for e in entries
        ),
    )  # fmt: skip


@data_sets.command("describe")
@click.argument("name")
def data_describe(name: str) -> None:
    """Say what a data set holds."""
    from cnncourse import data

    click.echo(str(data.describe(name)))


@data_sets.command("recordings")
def data_recordings() -> None:
    """Download digits spoken by people, once: 12 MB, to which the lab audio then listens, too."""
    from cnncourse.data import data_folder
    from cnncourse.data.spoken import FSDD_LICENCE, free_spoken_digits

    click.echo(FSDD_LICENCE, err=True)
    with _progress("recordings") as step:
        words = free_spoken_digits(
            data_folder(), lambda done, total: step("MB", done >> 20, total >> 20)
        )
    click.echo(f"{data_folder()}: {len(words):,} recordings of {', '.join(words.people)}")


@main.command()
@click.argument("model")
@click.option("--data", "source", required=True, help="A data set's name, or a folder of images.")
@click.option("--size", type=int, help="Resize images to SIZE x SIZE [default: what fits].")
@click.option("--epochs", type=int)
@click.option("--batch-size", type=int)
@click.option("--seed", type=int)
@click.option("--patience", type=int, help="Stop after so many epochs without a lower loss.")
@click.option("--optimizer", help="adamw or sgd.")
@click.option("--lr", type=float, help="Highest learning rate.")
@click.option("--weight-decay", type=float)
@click.option("--schedule", help="one_cycle, cosine or constant.")
@click.option("--warmup", type=float, help="Share of all steps.")
@click.option("--clip", type=float, help="Greatest norm of the gradient.")
@click.option("--augment", multiple=True,
              help="flip, shift, affine, erase or stroke; may be repeated.")  # fmt: skip
@click.option("--label-smoothing", type=float)
@click.option("--mixup", type=float)
@click.option("--cutmix", type=float)
@click.option("--ema", type=float, help="Keep a moving average of the weights, say 0.99.")
@click.option("--device", default="auto", show_default=True, help="cpu, cuda, cuda:1, mps.")
@click.option("--precision", help="float32 or bf16.")
@click.option("--weights", type=click.Choice(["imagenet"]), help="Start from torchvision's.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="Folder for checkpoint, log and curves.")  # fmt: skip
@click.option("--resume", is_flag=True, help="Go on from the checkpoint in --out.")
def train(
    model: str, source: str, size: int | None, weights: str | None, out: Path | None, resume: bool,
    device: str, **settings: Any,
) -> None:
    """Train a MODEL of `cnncourse models` on a data set.

    Options that are left out are as in cnncourse.training.TrainConfig. On several GPUs or
    machines: torchrun ... -m cnncourse train MODEL --data NAME.
    """
    from cnncourse import training
    from cnncourse.data import load_parts
    from cnncourse.models import build, facts

    if resume and out is None:
        raise click.UsageError("--resume needs --out, the folder that holds the checkpoint")
    facts(model)  # an unknown model is said before anything is loaded
    parts = load_parts(source, size)
    for path, why in parts.skipped:
        click.echo(f"skipped {path}: {why}", err=True)
    with training.join_team(device) as (team, place):
        config = _train_config(place, settings)
        training.seed_everything(config.seed)
        network = build(
            model, num_classes=len(parts.train.classes), weights=weights,
            in_channels=parts.train.images.shape[1],
        )  # fmt: skip
        side, smallest = parts.train.images.shape[-1], network.smallest
        if size is None and (side != network.image_size if smallest is None else side < smallest):
            parts = load_parts(source, network.image_size)
        with training.Bar() as bar:
            trained = training.fit(
                network, parts.train, parts.test, config, folder=out, resume=resume,
                reporter=bar if team.rank == 0 else None, team=team,
            )  # fmt: skip
    best = trained.history[trained.best_epoch - 1]
    click.echo(f"{model} on {source}: {best.test_accuracy:.2%} of the held-out images")


@main.command()
@click.argument("names", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every lab, in the order of the course.")
@click.option("--fast", is_flag=True, help="Half a minute each: fewer examples and steps.")
@click.option("--device", default="auto", show_default=True, help="cpu, cuda, cuda:1, mps.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("labs"),
              show_default=True, help="Folder for the figures and the numbers.")  # fmt: skip
@click.option("--markdown", is_flag=True, help="The table as Markdown.")
def lab(
    names: tuple[str, ...], every: bool, fast: bool, device: str, seed: int, out: Path,
    markdown: bool,
) -> None:
    """Run labs: train on an application, measure beside a baseline, draw what it does.

    NAMES are labs; without any, they are listed.
    """
    from cnncourse import labs
    from cnncourse.training import choose_device

    if not names and not every:
        _print_table(("name", "theme", "question"),
                     ((e.name, e.theme, e.question) for e in map(labs.describe, labs.names())))
        return
    chosen = [labs.describe(name).name for name in (labs.names() if every else names)]
    place = choose_device(device)
    reports = []
    for name in chosen:
        with _progress(name) as step:
            reports.append(labs.run(name, labs.Plan(fast, place, seed, step.stage)))
        for path in labs.save(reports[-1], out):
            click.echo(path, err=True)
    if markdown:
        click.echo(labs.markdown(reports))
    else:
        _print_table(labs.HEADER, labs.rows(reports))


@main.command()
@click.argument("names", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every experiment: half an hour on one core.")
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              default=Path("experiments"), show_default=True,
              help="Folder for the figures and the numbers.")  # fmt: skip
def experiment(names: tuple[str, ...], every: bool, seeds: int, out: Path) -> None:
    """Measure a claim of the course on small networks, over several seeds.

    NAMES are experiments; without any, they are listed.
    """
    from cnncourse import experiments

    if not names and not every:
        _print_table(("name", "what it does"),
                     ((name, experiments.describe(name)) for name in experiments.names()))
        return
    for name in experiments.names() if every else names:
        with _progress(name) as step:
            report = experiments.run(name, seeds, step.meter)
        for path in experiments.save(report, out):
            click.echo(path)


@main.command("export")
@click.argument("model")
@click.argument("checkpoint", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help="The file, such as network.json.")  # fmt: skip
@click.option("--dtype", default="float32", show_default=True, help="float32, or half of it.")
def export_network(model: str, checkpoint: Path, out: Path, dtype: str) -> None:
    """Write a trained MODEL for the book's instruments.

    CHECKPOINT is the last.pt in the folder that `train --out` wrote. The file opens in "Draw a
    digit"; cnncourse.models.export documents it.
    """
    from cnncourse.models import build, export
    from cnncourse.training.checkpoint import load_checkpoint, put_weights

    state = load_checkpoint(checkpoint)
    source, count, classes = state["data"]
    weights = state["average"] or state["model"]
    in_channels = next(tensor.shape[1] for tensor in weights.values() if tensor.ndim == 4)
    network = build(model, num_classes=len(classes), in_channels=in_channels)
    put_weights(network, weights, checkpoint)
    about = {"data": f"{source}, {count} images", "accuracy": state["history"][-1]["test_accuracy"]}
    export.export_network(network, out, classes=classes, name=model, about=about, dtype=dtype)
    click.echo(f"{out}: {out.stat().st_size / 1000:.0f} kB")


@main.command()
@exercises_option
@click.argument("name")
@click.option("--into", "folder", type=click.Path(path_type=Path, file_okay=False),
              default=Path(), help="Where the notebook goes [default: this folder].")  # fmt: skip
def start(root: Path, name: str, folder: Path) -> None:
    """Get the notebook of exercise NAME.

    How the name begins will do: 02.
    """
    from cnncourse.authoring.source import read_exercises
    from cnncourse.grading.start import choose
    from cnncourse.grading.start import start as begin

    exercise = choose(name, read_exercises(root))
    path = begin(exercise, folder)
    click.echo(f"{exercise.title}: about {exercise.minutes} minutes")
    click.echo(f"  jupyter lab {path}        to work on it")
    click.echo(f"  cnncourse check {path}    to see how far you are")


@main.command()
@exercises_option
@click.argument("notebook", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(root: Path, notebook: Path) -> None:
    """Run the visible tests of a NOTEBOOK.

    They run as the grader runs them (for students). The exit code is 0 where all of them pass.
    """
    from cnncourse.grading.check import check_notebook

    result = check_notebook(notebook, root)
    _print_parts(result)
    for line in (*result.repairs, *result.flags):
        click.echo(line)
    by_hand = f"; {result.pending:g} more are given by hand" if result.pending else ""
    click.echo(f"points so far: {result.score:g} of {result.max_score:g}{by_hand}")
    if result.score < result.max_score:
        raise click.exceptions.Exit(1)


# --- for instructors ---


@main.command("new-course")
@exercises_option
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--students", "roster", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A CSV file with the columns id, first_name, last_name, email.",
)
def new_course(root: Path, folder: Path, roster: Path | None) -> None:
    """Make a course FOLDER for nbgrader.

    Every exercise becomes an assignment.
    """
    from cnncourse.authoring.source import read_exercises
    from cnncourse.grading import course

    made = course.new_course(folder, read_exercises(root))
    if roster:
        made.add_students(roster)
    click.echo(f"{folder}: assignments {len(made.assignments())}, students {len(made.students())}")


@main.group()
def grade() -> None:
    """Release, collect and grade assignments."""


def _step(name: str, text: str) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command of ``grade`` with the arguments that all of them share."""

    def decorate(function: Callable[..., None]) -> click.Command:
        command = grade.command(name, help=text)(course_option(function))
        command.params.insert(0, click.Argument(["assignment"]))
        return command

    return decorate


inbox_option = click.option(
    "--from", "inbox", type=click.Path(path_type=Path, exists=True),
    help="A folder or zip from a learning platform, instead of nbgrader's exchange.",
)
def _grading_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what is graded, and by whom."""
    for option in reversed((
        click.option("--only", metavar="STUDENT", help="Grade this student alone."),
        click.option("--part", "parts", metavar="ID", multiple=True,
                     help="Grade this part alone; may be repeated."),
        click.option("--force", is_flag=True, help="Grade again what is already graded."),
        click.option("--workers", type=click.IntRange(1),
                     help="Processes on this machine [default: one for each core]."),
        click.option("--scheduler", metavar="ADDRESS",
                     help="A Dask scheduler whose workers grade instead, say tcp://host:8786."),
        click.option("--sandbox", type=click.Choice(["auto", "none"]), default="auto",
                     show_default=True, help="none: student code runs with your rights."),
    )):  # fmt: skip
        function = option(function)
    return function


csv_option = click.option(
    "--csv", type=click.Path(path_type=Path, dir_okay=False), default=None,
    help="Where the scores go [default: grades.csv in the course folder].",
)


@_step("release", "Put ASSIGNMENT into the exchange.")
def release(folder: Path, assignment: str) -> None:
    click.echo(_course(folder).release(assignment))


@_step("due", "Set when ASSIGNMENT is due, by this machine's clock.")
@click.argument("when", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]))
def due(folder: Path, assignment: str, when: datetime) -> None:
    _course(folder).set_due(assignment, when.astimezone())


@_step("collect", "Fetch what students handed in.")
@inbox_option
def collect(folder: Path, assignment: str, inbox: Path | None) -> None:
    _collect(_course(folder), assignment, inbox)


@_step("autograde", "Run and score every submission.")
@_grading_options
@click.option("--dry-run", is_flag=True, help="Say what would be run, and run nothing.")
def autograde(folder: Path, assignment: str, dry_run: bool, **options: Any) -> None:
    if dry_run:
        _print_plan(_course(folder).plan(assignment, _options(**options)))
    else:
        _autograde(_course(folder), assignment, **options)


@_step("feedback", "Write a feedback page for each student.")
def feedback(folder: Path, assignment: str) -> None:
    click.echo(f"feedback pages: {len(_course(folder).feedback(assignment))}")


@_step("report", "Write a page on how the class did: hard parts, failures, whom to look at.")
def report(folder: Path, assignment: str) -> None:
    click.echo(_course(folder).report(assignment))


@_step("export", "Write the scores as CSV, or into a file of Canvas or Moodle.")
@csv_option
@click.option(
    "--fill", "template", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A gradebook, grader report or worksheet that the platform exported; a filled-in copy"
    " goes to --csv.",
)
def export(folder: Path, assignment: str, csv: Path | None, template: Path | None) -> None:
    from cnncourse.grading.platforms import summary

    path = csv or folder / "grades.csv"
    if template is None:
        click.echo(_course(folder).export(assignment, path))
        return
    for line in summary(_course(folder).fill_in(assignment, template, path)):
        click.echo(line)


@_step("send", "Send the scores to a learning platform by LTI 1.3.")
@click.option(
    "--platform", "settings", required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A JSON file: see cnncourse.grading.lti.Platform.",
)
def send(folder: Path, assignment: str, settings: Path) -> None:
    from cnncourse.grading.lti import read_platform, send_scores

    platform = read_platform(settings)
    with _progress("sending") as step:
        results = _course(folder).results(assignment)
        numbers = itertools.count()
        sent = send_scores(
            platform, results, progress=lambda who: step(who, next(numbers), len(results))
        )
    click.echo(f"scores sent: {len(sent.written)}")
    if sent.failed:
        problems = "; ".join(f"{student}: {why}" for student, why in sent.failed.items())
        raise click.ClickException(f"not sent: {problems}")


@_step("all", "Collect, autograde, feedback, report and export.")
@inbox_option
@csv_option
@_grading_options
def whole_way(
    folder: Path, assignment: str, inbox: Path | None, csv: Path | None, **options: Any
) -> None:
    course = _course(folder)
    _collect(course, assignment, inbox)
    _autograde(course, assignment, **options)
    click.echo(f"feedback pages: {len(course.feedback(assignment))}")
    click.echo(course.report(assignment))
    click.echo(course.export(assignment, csv or folder / "grades.csv"))


@main.group()
def gradebook() -> None:
    """Compare the gradebook with what it was before a run, or put it back.

    A backup is made before each run of `grade autograde`; the run's name stands for the gradebook
    as it was just before, and `now` for the present one.
    """


@gradebook.command("runs")
@course_option
def gradebook_runs(folder: Path) -> None:
    """List the runs whose backup is there."""
    for name in _course(folder).runs():
        click.echo(name)


@gradebook.command("diff")
@course_option
@click.argument("before")
@click.argument("after", default="now")
def gradebook_diff(folder: Path, before: str, after: str) -> None:
    """List the scores that differ between two runs, each with the cause."""
    found = _course(folder).changes(before, after)
    _print_changes(found)
    click.echo(f"scores that differ: {len(found)}")


@gradebook.command("restore")
@course_option
@click.argument("run")
def gradebook_restore(folder: Path, run: str) -> None:
    """Put the gradebook back to what it was before a RUN; what is there now is kept as a run."""
    aside = _course(folder).restore(run)
    click.echo(f"restored; what was there is kept as {aside}")


@main.command("sample-class")
@exercises_option
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--exercise", "name", default=None, help="Which exercise [default: the first].")
def sample_class(root: Path, folder: Path, name: str | None) -> None:
    """Grade a class of samples in FOLDER.

    It hands in every kind of submission: right, wrong, blank, broken.
    """
    from cnncourse.authoring.source import read_exercises
    from cnncourse.grading.sample import make_sample_class
    from cnncourse.grading.sample import sample_class as samples_of

    found = [e for e in read_exercises(root) if name in (None, e.name)]
    if not found:
        raise click.UsageError(f"no such exercise in {root}: {name}")
    submissions = samples_of(found[0])
    with _progress("sample class") as step:
        results = make_sample_class(folder, found[0], progress=step, submissions=submissions)
    pairs = list(zip(submissions, results, strict=True))
    problems = [f"{r.student}: {p}" for s, r in pairs for p in s.problems(r)]
    _print_table(
        ("student", "status", "score", "expected", "of", "by hand", "reason"),
        (
            (r.student, r.status, f"{r.score:g}", f"{s.score:g}", f"{r.max_score:g}",
             f"{r.manual_max:g}", _reason(r))
            for s, r in pairs
        ),
    )  # fmt: skip
    click.echo(f"sample class: {len(pairs) - len(problems)} as expected, {len(problems)} not")
    if problems:
        raise click.ClickException("; ".join(problems))


# --- helpers ---


def _train_config(device: str, settings: dict[str, Any]) -> TrainConfig:
    """Sort the options of `train` that were given into the themes of its configuration."""
    from dataclasses import fields

    from cnncourse.training import Machine, Optimisation, Regularisation, TrainConfig

    given = {name: value for name, value in settings.items() if value not in (None, ())}

    def only(kind: type) -> dict[str, Any]:
        return {f.name: given[f.name] for f in fields(kind) if f.name in given}

    return TrainConfig(
        **only(TrainConfig),
        optimisation=Optimisation(**only(Optimisation)),
        regularisation=Regularisation(**only(Regularisation)),
        machine=Machine(device=device, **only(Machine)),
    )


def _course(folder: Path) -> Any:
    from cnncourse.grading.course import Course

    return Course(folder)


def _collect(course: Any, assignment: str, inbox: Path | None) -> None:
    collected = course.collect(assignment, inbox)
    refused = course.refusals(assignment)
    for student, reason in sorted(refused.items()):
        click.echo(f"{student}: refused; {reason}", err=True)
    click.echo(f"submissions collected: {len(collected)}, files refused: {len(refused)}")


def _options(**options: Any) -> Any:
    """Sort what says what is graded, and by whom."""
    from cnncourse.grading.operations.autograde import Options
    from cnncourse.grading.operations.carriers import cores

    return Options(**{**options, "workers": options["workers"] or cores()})


def _autograde(course: Any, assignment: str, **options: Any) -> None:
    if options["sandbox"] == "none":
        words = "student code runs without a sandbox, with your rights, on what you can reach"
        click.echo(f"Warning: {words}", err=True)
    with _progress(assignment) as step:
        results, report = course.run(assignment, _options(**options), step, step.say)
    _print_results(results)
    _print_changes(change for change in report.changes if change.before is not None)
    counts = ", ".join(f"{kind} {n}" for kind, n in report.counts.items() if n)
    click.echo(f"run {report.run}: {counts or 'nothing to grade'}")


class _Steps:
    """How far something is: called with what is done, how many are done, and how many there are."""

    def __init__(self, step: Callable[[str, int, int], None], say: Callable[[str], None]) -> None:
        self._step, self.say = step, say

    def __call__(self, now: str, done: int, total: int) -> None:
        self._step(now, done, total)

    def meter(self, done: int, total: int, words: str) -> None:
        """One stage moves on, as `cnncourse.training.descend` tells it."""
        self._step(words, done, total)

    def stage(self, name: str, done: int, total: int, words: str) -> None:
        """One of several stages moves on; how it stands is said in words."""
        self._step(f"{name}: {words}", done, total)


@contextmanager
def _progress(title: str) -> Iterator[_Steps]:
    """A bar, or a line for each step where there is no terminal; `say` writes a line of its own."""
    from rich import progress
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)

    def line(text: str) -> None:
        click.echo(text, err=True)

    if not console.is_terminal:
        yield _Steps(lambda now, done, total: line(f"{title}: {done}/{total} {now}"), line)
        return
    columns = (
        progress.TextColumn("{task.description} {task.fields[now]}"), progress.BarColumn(),
        progress.MofNCompleteColumn(), progress.TimeElapsedColumn(), progress.TextColumn("ETA"),
        progress.TimeRemainingColumn(),
    )  # fmt: skip
    with progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, now="", total=None)

        def step(now: str, done: int, total: int) -> None:
            bar.update(task, now=escape(now), completed=done, total=total)

        yield _Steps(step, lambda text: bar.console.print(escape(text)))


def _print_table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Draw a table; what strangers wrote in it is never read as markup."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*header, show_edge=False, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(str(value)) for value in row))
    console = Console()
    if not console.is_terminal:  # a log file: wide enough for the reasons
        console.width = 140
    console.print(table)


def _print_results(results: list[Result]) -> None:
    _print_table(
        ("student", "score", "of", "by hand", "status", "reason"),
        (
            (r.student, f"{r.score:g}", f"{r.max_score:g}", f"{r.manual_max:g}", r.status,
             _reason(r))
            for r in results
        ),
    )  # fmt: skip


def _print_plan(plans: Iterable[Any]) -> None:
    rows = [
        (p.standing.student, ", ".join(p.parts) if p.needed else "nothing", _why(p)) for p in plans
    ]
    _print_table(("student", "to run", "because"), rows)
    click.echo(f"submissions to run: {sum(parts != 'nothing' for _, parts, _ in rows)}")


def _why(plan: Any) -> str:
    result = plan.standing.result
    if result is None:
        return "nothing to grade was handed in"
    return f"{result.status}: {result.reason}"


def _print_changes(changes: Iterable[Any]) -> None:
    rows = [
        (c.student, c.assignment, c.part, _score(c.before), _score(c.after), c.cause)
        for c in changes
    ]
    if rows:
        _print_table(("student", "assignment", "part", "before", "after", "cause"), rows)


def _score(score: float | None) -> str:
    return "none" if score is None else f"{score:g}"


def _reason(result: Result) -> str:
    return "; ".join([result.reason, *result.repairs])


def _print_parts(result: Result) -> None:
    _print_table(
        ("part", "score", "of", "status", "message"),
        ((p.title, f"{p.score:g}", f"{p.max_score:g}", p.status, p.message) for p in result.parts),
    )
