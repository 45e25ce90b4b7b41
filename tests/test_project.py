"""The project's own files agree with each other."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def pins(name: str) -> dict[str, str]:
    rows = re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version in rows}


def test_every_dependency_of_the_package_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(project["dependencies"]) <= set(pins("requirements.txt"))


def test_the_lock_agrees_with_the_requirements():
    lock = pins("requirements.lock")
    assert {name: lock.get(name) for name in pins("requirements.txt")} == pins("requirements.txt")


def test_requirements_name_no_download_address():
    for name in ("requirements.txt", "requirements.lock"):
        assert not re.search(r"https?://|file:|--\w*index", (ROOT / name).read_text()), name
    packages = json.loads((ROOT / "book/_web/package-lock.json").read_text())["packages"]
    for package in packages.values():  # the addresses that stay are those of who can be thanked
        package.pop("funding", None)
    assert not re.search(r"https?://|file:", json.dumps(packages))


def test_every_dependency_has_its_reason():
    reasons = (ROOT / "CONTRIBUTING.md").read_text().lower()
    missing = [name for name in pins("requirements.txt") if f"`{name}`" not in reasons]
    assert not missing, f"say in CONTRIBUTING.md why these are there: {missing}"


def test_make_targets_of_the_readme_exist():
    text = (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"`make ([a-z]+)`", text))
    stages = re.search(r"^STAGES := (.*)$", makefile, re.MULTILINE).group(1).split()
    known = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) | set(stages)
    assert {"course", "test"} <= targets <= known


def test_system_script_says_what_to_install(tmp_path):
    """Without rights and without a browser: one line, and a failure."""
    empty = tmp_path / "bin"
    empty.mkdir()
    for tool in ("sh", "id"):
        (empty / tool).symlink_to(shutil.which(tool))
    run = subprocess.run(
        [ROOT / "tools" / "system.sh", "chromium"], env={"PATH": str(empty)},
        capture_output=True, text=True,
    )
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "apt install chromium" in run.stderr


GROUPED = """
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(6))
def test_where(number, worker_id):
    open(f"{number} {worker_id}", "w").close()
"""


def test_a_groups_tests_share_a_worker(tmp_path):
    """Versions of pytest and pytest-xdist that do not fit scatter them, and say nothing."""
    (tmp_path / "test_grouped.py").write_text(GROUPED)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", tmp_path]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    where = [path.name.split() for path in tmp_path.glob("? gw?")]
    assert len(where) == 6
    assert len({worker for _, worker in where}) == 1, where
