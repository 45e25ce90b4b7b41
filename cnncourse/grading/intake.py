"""From what a student handed in to a notebook that can be graded.

Nothing of a submission is trusted to be in place: the notebook is built afresh from the released
one, and only the sources of answer cells, and of cells the student added, are taken over.
"""

from __future__ import annotations

import contextlib
import json
import re
import stat
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

import nbformat
from nbformat import NotebookNode

from cnncourse.errors import SubmissionError
from cnncourse.grading.engine import names
from cnncourse.grading.engine.bundle import is_answer, is_test

LARGEST_NOTEBOOK = 50_000_000  # bytes
_START = None  # the anchor of cells that stand before every released one
_EMPTY: dict[str, dict] = {
    "code": {"cell_type": "code", "execution_count": None, "outputs": []},
    "markdown": {"cell_type": "markdown"},
}


def read_notebook(data: bytes, path: Path | str) -> NotebookNode:
    """Read a notebook of any age from bytes.

    Raises
    ------
    SubmissionError
        If they are not JSON, or not a notebook.

    Examples
    --------
    >>> read_notebook(b"<html>", "anna.ipynb")
    Traceback (most recent call last):
    ...
    cnncourse.errors.SubmissionError: anna.ipynb: is not JSON, as a notebook must be (line 1)
    """
    if len(data) > LARGEST_NOTEBOOK:
        raise SubmissionError(path, f"is larger than {LARGEST_NOTEBOOK // 1_000_000} MB")
    try:
        content = json.loads(data)
    except json.JSONDecodeError as error:
        words = f"is not JSON, as a notebook must be (line {error.lineno})"
        raise SubmissionError(path, words) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise SubmissionError(path, "is not JSON in UTF-8, as a notebook must be") from error
    if not isinstance(content, dict) or not {"cells", "worksheets"} & content.keys():
        raise SubmissionError(path, "is JSON, but not a notebook: it has no cells")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is merely untidy is mended by the rebuild
            notebook = nbformat.reads(data.decode("utf-8-sig"), as_version=4)
            # nbconvert reads the language; a name that is no text stops it
            sound = isinstance(notebook.metadata.get("language", ""), str)
            sound = sound and all(map(_is_sound, notebook.cells))
    except Exception as error:  # nbformat raises nearly anything on a malformed notebook
        raise SubmissionError(path, "is not a notebook that Jupyter can open") from error
    if not sound:
        raise SubmissionError(path, "is a malformed notebook: a cell lacks its type or source")
    return notebook


def rebuild(
    release: NotebookNode, data: bytes, path: Path | str = "the submission"
) -> tuple[NotebookNode, tuple[str, ...]]:
    """Build a submission afresh from the released notebook.

    Every released cell is there once, in its place, unchanged, save that answer cells hold the
    student's source. Cells that the student added stay behind the cell they followed, and a
    changed cell that is neither answer nor test follows the released one: helpers and imports
    are honest work.

    Parameters
    ----------
    release : NotebookNode
        As students got it.
    data : bytes
        The submitted file.
    path : path or str
        How errors name it.

    Returns
    -------
    notebook : NotebookNode
    repairs : tuple of str
        What was mended, in words.

    Raises
    ------
    SubmissionError
        If it is no notebook, or the notebook of another assignment.
    """
    submitted = read_notebook(data, path)
    _check_assignment(release, submitted, path)
    return _Rebuild(release, submitted).run()


def _is_sound(cell: NotebookNode) -> bool:
    kinds = (("cell_type", str), ("source", str), ("metadata", dict))
    return all(isinstance(cell.get(name), kind) for name, kind in kinds)


class _Rebuild:
    """One rebuild: which submitted cell stands for which released one."""

    def __init__(self, release: NotebookNode, submitted: NotebookNode) -> None:
        self.release = deepcopy(release)
        self.keys = [_key(cell) for cell in release.cells]
        self.found: dict[str, list[NotebookNode]] = {key: [] for key in self.keys}
        self.behind: dict[str, str | None] = {}
        self.added: dict[str | None, list[NotebookNode]] = {}
        self.repairs: list[str] = []
        self._sort(submitted)
        for place, (key, cell) in enumerate(zip(self.keys, release.cells, strict=True)):
            if is_answer(cell) and not self.found[key]:
                self._recognise(key, cell, self.keys[place - 1] if place else _START)

    def run(self) -> tuple[NotebookNode, tuple[str, ...]]:
        cells = self._added_behind(_START)
        for key, cell in zip(self.keys, self.release.cells, strict=True):
            if is_answer(cell):
                self._answer(cell, self.found[key])
            elif is_test(cell):
                self._report_test(cell, self.found[key])
            cells += [cell, *self._added_behind(key)]
        for number, cell in enumerate(cells):
            cell.id = cell.get("id", f"added-{number}")
        if list(self.behind) != [key for key in self.keys if key in self.behind]:
            self.repairs.append("cells stood in another order; the released order was used")
        self.release.cells = cells
        return self.release, tuple(self.repairs)

    def _sort(self, submitted: NotebookNode) -> None:
        """Match each submitted cell to a released one by id, else by equal text."""
        released = dict(zip(self.keys, self.release.cells, strict=True))
        given = {cell.source: key for key, cell in released.items() if not is_answer(cell)}
        anchor = _START
        for cell in submitted.cells:
            key = next((k for k in _ids(cell) if k in self.found), given.get(cell.source))
            if key is None:
                self.added.setdefault(anchor, []).append(cell)
                continue
            self.behind.setdefault(key, anchor)
            anchor = key
            if _is_workspace(released[key]):
                if cell.source != released[key].source:
                    self.added.setdefault(key, []).append(cell)
            else:
                self._take(key, cell, released[key])

    def _recognise(self, key: str, released: NotebookNode, above: str | None) -> None:
        """Find an answer whose cell has lost its name: code by what it defines, text by its place.

        Some editors drop a cell's metadata and make its id anew; so does copying into another
        notebook.
        """
        wanted = names.made(released.source) if released.cell_type == "code" else frozenset()
        anchors = [*self.added] if wanted else [above]
        places = [
            (anchor, number)
            for anchor in anchors
            for number, cell in enumerate(self.added.get(anchor, []))
            if cell.cell_type == released.cell_type
            and _grade_id(cell) is None
            and wanted <= names.made(cell.source)
        ]
        if (wanted or released.cell_type == "markdown") and places:
            anchor, number = places[-1]
            self.found[key].append(self.added[anchor].pop(number))
            how = "by what it defines" if wanted else "by its place"
            name = released.metadata.nbgrader.grade_id
            self.repairs.append(f"the answer cell “{name}” had lost its name; "
                                f"it was recognised {how}")

    def _take(self, key: str, cell: NotebookNode, released: NotebookNode) -> None:
        """Note a copy of a released cell; the last one noted counts.

        Copying a cell in JupyterLab copies its id. As in nbgrader, the last copy of an answer
        counts and the earlier ones, which may be helpers, still run before it; but an untouched
        stub never displaces an answer.
        """
        copies = self.found[key]
        if copies and is_answer(released):
            if cell.source == released.source:
                copies.insert(0, cell)
                return
            if copies[-1].source != released.source:
                self.added.setdefault(self.behind[key], []).append(copies[-1])
        copies.append(cell)

    def _answer(self, cell: NotebookNode, found: list[NotebookNode]) -> None:
        name = cell.metadata.nbgrader.grade_id
        if not found:
            self.repairs.append(f"the answer cell “{name}” was missing; it counts as unanswered")
            return
        if len(found) > 1:
            self.repairs.append(f"the answer cell “{name}” was there {len(found)} times; "
                                "the last one counts")
        if found[-1].cell_type != cell.cell_type:
            self.repairs.append(f"the answer cell “{name}” was of another type; it was set back")
        cell.source = found[-1].source

    def _report_test(self, cell: NotebookNode, found: list[NotebookNode]) -> None:
        name = f"the test cell “{cell.metadata.nbgrader.grade_id}”"
        if not found:
            self.repairs.append(f"{name} was missing; the released one was used")
            return
        if any(copy.source != cell.source for copy in found):
            self.repairs.append(f"{name} was edited; the released one was used")
        if len(found) > 1:
            self.repairs.append(f"{name} was there {len(found)} times; it was run once")
        if any(copy.cell_type != "code" or copy.metadata.get("tags") for copy in found):
            self.repairs.append(f"{name} had another type or tags; the released one was used")

    def _added_behind(self, anchor: str | None) -> list[NotebookNode]:
        return [
            NotebookNode(
                deepcopy(_EMPTY[cell.cell_type]), metadata=NotebookNode(), source=cell.source
            )
            for cell in self.added.get(anchor, [])
            if cell.cell_type in _EMPTY and cell.source.strip()
        ]


def _is_workspace(cell: NotebookNode) -> bool:
    """Whether a released cell is code that students may change, such as the imports."""
    return cell.cell_type == "code" and "nbgrader" not in cell.metadata


def is_blank(release: NotebookNode, notebook: NotebookNode) -> bool:
    """Whether a rebuilt notebook holds nothing but the released one."""
    return [cell.source for cell in release.cells] == [cell.source for cell in notebook.cells]


def _grade_id(cell: NotebookNode) -> str | None:
    meta = cell.metadata.get("nbgrader")
    found = meta.get("grade_id") if isinstance(meta, dict) else None
    return found if isinstance(found, str) else None


def _ids(cell: NotebookNode) -> list[str]:
    """What may name a submitted cell, the grade_id first: editors make cell ids anew."""
    return [name for name in (_grade_id(cell), cell.get("id")) if isinstance(name, str)]


def _key(cell: NotebookNode) -> str:
    return _ids(cell)[0]


def _check_assignment(release: NotebookNode, submitted: NotebookNode, path: Path | str) -> None:
    expected = release.metadata.get("cnncourse", {}).get("exercise")
    meta = submitted.metadata.get("cnncourse")
    got = meta.get("exercise") if isinstance(meta, dict) else None
    if expected and got and got != expected:
        words = f"is the notebook of “{got}”, expected the one of “{expected}”"
        raise SubmissionError(path, words)
    wanted = {_key(cell) for cell in release.cells if is_answer(cell)}
    ids = {_grade_id(cell) for cell in submitted.cells} - {None}
    ids |= {name for cell in submitted.cells for name in _ids(cell)} & wanted
    if wanted & ids and len(ids & {_key(cell) for cell in release.cells}) * 2 >= len(ids):
        return
    if not ids and _shares_text(release, submitted):
        return
    words = "is another assignment's notebook" if ids else "holds no answer cell"
    raise SubmissionError(path, f"{words}: expected the cells {', '.join(sorted(wanted))}")


def _shares_text(release: NotebookNode, submitted: NotebookNode) -> bool:
    """Whether most of what was given stands in a notebook: its cells have only lost their names."""
    there = {cell.source for cell in submitted.cells}
    given = [cell.source for cell in release.cells if not is_answer(cell)]
    return 2 * sum(source in there for source in given) > len(given)


# ---------------------------------------------------------------------------------------
# files beside the notebook

OURS = ("timestamp.txt", "submission_secret.txt")  # what collecting writes beside a notebook
MOST_FILES, LARGEST_FILES = 100, 20_000_000  # bytes of all of them together
DATA_KINDS = (
    ".csv", ".tsv", ".txt", ".md", ".json", ".yaml", ".yml", ".npy", ".npz", ".png", ".jpg",
    ".jpeg", ".gif", ".bmp", ".wav", ".pt", ".safetensors", ".py",
)  # fmt: skip


def accept_files(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Choose which files of a submission may lie beside its notebook.

    Data files may, by the end of their names; so may modules, unless they would take the place of
    an installed one.

    Parameters
    ----------
    files : mapping of str to bytes
        By name.

    Returns
    -------
    kept : dict of str to bytes
    repairs : tuple of str
        Which were left out, and why.

    Examples
    --------
    >>> accept_files({"data.csv": b"1,2", "numpy.py": b""})
    ({'data.csv': b'1,2'}, ('the file “numpy.py” was left out: it would hide a module',))
    """
    kept: dict[str, bytes] = {}
    repairs = []
    room = LARGEST_FILES
    for name in sorted(files):
        room -= len(files[name])
        reason = _unwelcome(name)
        if room < 0 or len(kept) >= MOST_FILES:
            reason = reason or "there are too many, or too large ones"
        if reason:
            repairs.append(f"the file “{name[:100]}” was left out: {reason}")
        else:
            kept[name] = files[name]
    return kept, tuple(repairs)


def _unwelcome(name: str) -> str:
    if not re.fullmatch(r"\w[\w .,()+=@-]*", name) or len(name.encode()) > 255:
        return "its name is not that of a file"
    path = PurePosixPath(name)
    if path.suffix.lower() not in DATA_KINDS:
        return f"files of the kind “{path.suffix}” are not taken"
    if path.suffix == ".py" and (not path.stem.isidentifier() or find_spec(path.stem)):
        return "it would hide a module"
    return ""


# ---------------------------------------------------------------------------------------
# what was handed in


@dataclass(frozen=True)
class Handed:
    """One student's notebook from an inbox, and the files beside it that are taken along.

    `problem` says why there is no notebook to grade, `left_out` which files were not taken.
    """

    student: str
    path: str
    data: bytes = b""
    when: datetime | None = None
    problem: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    left_out: str = ""


def read_inbox(inbox: Path, notebook: str, may_bring: Sequence[str] = ()) -> Iterator[Handed]:
    """Read what a learning platform collected, student by student.

    Parameters
    ----------
    inbox : Path
        A folder or a zip file that holds `STUDENT/*.ipynb` or `STUDENT.ipynb`.
    notebook : str
        The notebook's expected name, without `.ipynb`; a student's only notebook may have any.
    may_bring : sequence of str
        Patterns of the names of files that are taken along from beside the notebook.
    """
    inbox = Path(inbox)
    if inbox.is_dir():
        files = list(_folder_files(inbox))
    elif zipfile.is_zipfile(inbox):
        files = list(_zip_files(inbox))
    else:
        raise SubmissionError(inbox, "expected a folder or a zip file")
    students: dict[str, list[_File]] = {}
    for file in sorted(files, key=lambda file: file.parts):
        if len(file.parts) == 1 and file.parts[0].endswith(".ipynb"):
            students.setdefault(file.parts[0].removesuffix(".ipynb"), []).append(file)
        elif len(file.parts) > 1:
            students.setdefault(file.parts[0], []).append(file)
    for student, found in students.items():
        handed, folder = _choose(student, found, notebook)
        beside = [f for f in found if f.parts[:-1] == folder and brings(f.parts[-1], may_bring)]
        yield _with_files(handed, beside) if folder else handed


def brings(name: str, may_bring: Sequence[str]) -> bool:
    """Whether a file of this name may be handed in beside the notebook.

    Examples
    --------
    >>> brings("my data.csv", ["*.csv"]), brings("notes.ipynb", ["*"])
    (True, False)
    """
    taken = name.endswith(".ipynb") or name in ("", *OURS)
    return not taken and any(fnmatchcase(name, pattern) for pattern in may_bring)


def _with_files(handed: Handed, beside: list[_File]) -> Handed:
    """Take files along as long as there is room for them."""
    files: dict[str, bytes] = {}
    room, left = LARGEST_FILES, []
    for file in beside:
        name, data = file.parts[-1], None
        with contextlib.suppress(*_UNREADABLE):
            data = file.read(room)
        problem = _unwelcome(name) or ("it cannot be read" if data is None else "")
        if problem or data is None:
            left.append(f"“{name[:100]}”: {problem}")
        elif len(data) > room or len(files) == MOST_FILES:
            left.append(f"“{name[:100]}”: there are too many, or too large ones")
        else:
            files[name] = data
            room -= len(data)
    words = f"files beside the notebook were left out: {'; '.join(left[:5])}" if left else ""
    return replace(handed, files=files, left_out=words)


def find_notebook(folder: Path, notebook: str) -> Path:
    """Find the notebook in a collected submission.

    Raises
    ------
    SubmissionError
        If there is none, or several and none of the expected name.
    """
    paths = sorted(folder.rglob("*.ipynb"))
    found = [path for path in paths if not _is_hidden(path.relative_to(folder).parts)]
    chosen = _only([path.name for path in found], notebook)
    if isinstance(chosen, str):
        raise SubmissionError(folder, chosen)
    if found[chosen].is_symlink() or not found[chosen].is_file():
        raise SubmissionError(found[chosen], "is a link, expected a file")
    return found[chosen]


@dataclass(frozen=True)
class _File:
    parts: tuple[str, ...]
    when: datetime | None
    source: Path | tuple[Path, zipfile.ZipInfo]
    size: int

    def read(self, most: int) -> bytes:
        """Read so many bytes, and one more where there are more."""
        if isinstance(self.source, Path):
            with self.source.open("rb") as file:
                return file.read(most + 1)
        archive, info = self.source
        with zipfile.ZipFile(archive) as opened, opened.open(info) as member:
            return member.read(most + 1)


def _folder_files(inbox: Path) -> Iterator[_File]:
    for path in inbox.rglob("*"):
        parts = path.relative_to(inbox).parts
        if _is_hidden(parts) or path.is_symlink():
            continue
        info = path.stat()
        when = datetime.fromtimestamp(info.st_mtime, tz=UTC)
        yield _File((*parts, "") if path.is_dir() else parts, when, path, info.st_size)


def _zip_files(inbox: Path) -> Iterator[_File]:
    with zipfile.ZipFile(inbox) as archive:
        infos = archive.infolist()
    for info in infos:
        parts = PurePosixPath(info.filename).parts
        if not parts or _is_hidden(parts) or stat.S_ISLNK(info.external_attr >> 16):
            continue
        place = (*parts, "") if info.is_dir() else parts
        yield _File(place, _zip_date(info), (inbox, info), info.file_size)


def _zip_date(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:  # some programs write month 0
        return None


def _is_hidden(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part in ("__MACOSX", "/") for part in parts)


_UNREADABLE = (OSError, RuntimeError, EOFError, zlib.error, zipfile.BadZipFile)


def _choose(student: str, found: list[_File], notebook: str) -> tuple[Handed, tuple[str, ...]]:
    """Choose a student's notebook; give its folder, too."""
    found = [file for file in found if file.parts[-1].endswith(".ipynb")]
    chosen = _only([file.parts[-1] for file in found], notebook, own_name=f"{student}.ipynb")
    if isinstance(chosen, str):
        return Handed(student, student, problem=chosen), ()
    file = found[chosen]
    return _read(student, file), file.parts[:-1]


def _read(student: str, file: _File) -> Handed:
    path = "/".join(file.parts)
    if file.size > LARGEST_NOTEBOOK:
        words = f"is larger than {LARGEST_NOTEBOOK // 1_000_000} MB"
        return Handed(student, path, problem=words)
    try:
        return Handed(student, path, file.read(LARGEST_NOTEBOOK), file.when)
    except _UNREADABLE as error:
        return Handed(student, path, problem=f"cannot be read: {error}")


def _only(names: list[str], notebook: str, own_name: str = "") -> int | str:
    """Choose among file names: the place of the one to grade, or what is wrong in words."""
    expected = f"{notebook}.ipynb"
    if not names:
        return f"holds no notebook, expected {expected}"
    for name in (expected, own_name):
        if names.count(name) == 1:
            return names.index(name)
    if len(names) > 1:
        return f"holds {len(names)} notebooks, expected one named {expected}"
    return 0
