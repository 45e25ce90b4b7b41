"""Data sets: inside a package the course depends on, or in a folder that the user names."""

from cnncourse.data.embedded import digits, photograph
from cnncourse.data.idx import mnist

__all__ = ["digits", "mnist", "photograph"]
