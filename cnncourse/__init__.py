"""A course on convolutional neural networks, as code.

Rooms (see ``architecture`` in CONTRIBUTING.md for who may import whom):

``shapes``     geometry in plain integers
``layers``     NumPy layers
``data``       data sets that need no download
``plots``      the figures of the book
``authoring``  exercise source -> notebooks, points
``grading``    submissions -> results -> gradebook, feedback, exports
``cli``        the ``cnncourse`` command
"""

__version__ = "0.1.0"
