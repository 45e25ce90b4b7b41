import zipfile

import numpy as np
import pytest

from cnncourse import labs
from cnncourse.data.audio import wav
from cnncourse.data.spoken import divide, spoken_digits
from cnncourse.labs import audio


@pytest.fixture(autouse=True)
def _no_recordings_of_people(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNCOURSE_DATA", str(tmp_path))


def test_the_lab(prove_lab):
    """On the synthesised digits, which are in the package."""
    outcome = prove_lab("audio").outcome
    assert set(outcome.pictures) == {"seven", "voices"}
    assert outcome.measured[1].value > 0.95  # held-out words of known voices


def test_people_are_reported_where_their_recordings_are(tmp_path, monkeypatch):
    """With synthesised voices in the place of people's, and networks that only guess."""
    recordings = spoken_digits()
    (tmp_path / "fsdd").mkdir()
    with zipfile.ZipFile(tmp_path / "fsdd" / "recordings.zip", "w") as packed:
        for place in np.flatnonzero(recordings.speakers < 3):
            speaker, digit = recordings.speakers[place], recordings.labels[place]
            packed.writestr(f"{digit}_voice{speaker}_{4 + place % 3}.wav",
                            wav(recordings.samples[place], recordings.rate))  # fmt: skip
    monkeypatch.setattr(
        audio, "_fit", lambda model, data, epochs, lr, plan, stage: (model.eval(), [2.0, 1.0])
    )
    outcome = audio.run(labs.Plan(fast=True))
    assert [found.metric for found in outcome.measured[4:]] == [
        "accuracy on unseen people, log-mel CNN",
        "accuracy on held-out words of known people, log-mel CNN",
    ]
    assert "people" in outcome.pictures
    assert outcome.measured[4].baseline_value > 0.3  # one of three voices is unseen, in fact


def test_the_baseline_hears_only_the_word():
    """Silence around a word, which differs from set to set, must not tell the digit."""
    heard = divide(spoken_digits(), audio.UNSEEN)
    found = audio.score_baseline(heard)
    assert found.known > 0.95
    assert found.unseen > 0.8
    assert audio.summaries(heard.known).shape == (100, 26)
