"""The timing of the book: what it reads off the record of executed pages, and its limits."""

import doctest
import importlib.util
import sqlite3
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def book():
    spec = importlib.util.spec_from_file_location("book_timing", ROOT / "benchmarks/book.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_seconds_come_from_the_record_under_the_page_s_name(book, tmp_path):
    """The columns are those of jupyter-cache."""
    folder = tmp_path / "_build/.jupyter_cache"
    folder.mkdir(parents=True)
    kept = sqlite3.connect(folder / "global.db")
    kept.execute("CREATE TABLE nbcache (uri TEXT, data TEXT)")
    row = (str(ROOT / "book/07_training/index.md"), '{"execution_seconds": 2.345}')
    kept.execute("INSERT INTO nbcache VALUES (?, ?)", row)
    kept.commit()
    kept.close()
    assert book.pages_of(tmp_path) == {"book/07_training/index": 2.3}


def test_examples_hold(book):
    assert doctest.testmod(book).failed == 0
