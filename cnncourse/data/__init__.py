"""Data sets: inside a package the course depends on, generated, on disk, or downloaded once."""

from cnncourse.data.clips import moving_digits
from cnncourse.data.clutter import cluttered_shapes
from cnncourse.data.dataset import Dataset, few, hold_out, resize
from cnncourse.data.embedded import digits, faces, patches, photograph, textures
from cnncourse.data.folder import image_folder
from cnncourse.data.graphs import Graph, karate_club, see_also
from cnncourse.data.idx import mnist
from cnncourse.data.registry import Parts, data_folder, describe, examples, load, load_parts, names
from cnncourse.data.shapes import Scenes, shapes
from cnncourse.data.solids import solids

__all__ = [
    "Dataset",
    "Graph",
    "Parts",
    "Scenes",
    "cluttered_shapes",
    "data_folder",
    "describe",
    "digits",
    "examples",
    "faces",
    "few",
    "hold_out",
    "image_folder",
    "karate_club",
    "load",
    "load_parts",
    "mnist",
    "moving_digits",
    "names",
    "patches",
    "photograph",
    "resize",
    "see_also",
    "shapes",
    "solids",
    "textures",
]
