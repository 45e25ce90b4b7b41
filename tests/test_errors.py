import pytest

from cnncourse.errors import ArgumentError, CourseError, ShapeError, SourceError, SubmissionError


def test_an_argument_error_names_the_argument_and_what_was_expected():
    error = ArgumentError("stride", "an integer of at least 1", 0)
    assert str(error) == "stride: expected an integer of at least 1, got 0"
    assert error.argument == "stride"


def test_an_argument_error_is_caught_as_value_error():
    with pytest.raises(ValueError, match="groups: expected a divisor of 6"):
        raise ShapeError("groups", "a divisor of 6", 4)


@pytest.mark.parametrize("kind", [SourceError, SubmissionError])
def test_a_file_error_names_the_file(kind, tmp_path):
    error = kind(tmp_path / "a.ipynb", "expected a notebook (JSON)")
    assert isinstance(error, CourseError)
    assert error.path.name == "a.ipynb"
    assert str(error).endswith("a.ipynb: expected a notebook (JSON)")
