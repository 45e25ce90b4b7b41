"""Data sets that need no download: they come inside a package the course depends on."""

from cnncourse.data.embedded import digits, photograph

__all__ = ["digits", "photograph"]
