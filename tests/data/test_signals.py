"""Generated signals: the ground truth is true."""

import numpy as np
import pytest

from cnncourse.data.signals import (
    DISTURBANCES,
    PASSAGES,
    STATES,
    VIBRATION_RATE,
    heartbeats,
    machines,
)
from cnncourse.errors import ArgumentError


@pytest.fixture(scope="module")
def disturbed():
    return heartbeats(600, disturbed=0.12, seed=4)


def test_a_healthy_heart_beats_as_said():
    recording = heartbeats(300, seed=1)
    assert recording.events == ()
    values = recording.values[0]
    assert values.dtype == np.float32
    crossed = np.flatnonzero((values[1:] > 0.6) & (values[:-1] <= 0.6)) / recording.rate
    intervals = np.diff(crossed)
    assert intervals.mean() == pytest.approx(0.8, rel=0.01)
    assert 0.7 < intervals.min() < intervals.max() < 0.9


def test_events_are_where_the_signal_differs(disturbed):
    """Each kind is what its name says, in the samples that are marked."""
    values = disturbed.values[0]
    for kind, start, stop in disturbed.events:
        part = values[start:stop]
        if kind == "missed beat":
            assert part.max() < 0.4
        elif kind == "early beat":
            assert part.max() > 0.6
            assert part[25:].min() < -0.1
        elif kind == "inverted T":
            assert part.mean() < 0.05
        else:
            assert np.abs(np.diff(part)).mean() > 0.1


def test_every_disturbance_comes_and_never_two_at_once(disturbed):
    kinds = [kind for kind, _, _ in disturbed.events]
    assert set(kinds) == set(DISTURBANCES)
    assert 0.08 < len(kinds) / (600 / 0.8) < 0.16
    marks = disturbed.anomalous()
    assert marks.sum() == sum(stop - start for _, start, stop in disturbed.events)
    assert not marks[:50].any()


def test_one_seed_one_drawing():
    for draw in (lambda s: heartbeats(20, 0.2, s).values, lambda s: machines(5, 128, s).images):
        assert np.array_equal(draw(3), draw(3))
        assert not np.array_equal(draw(3), draw(4))
    assert np.array_equal(machines(15, 128).images[:5], machines(5, 128).images)


def test_the_tachometer_counts_turns():
    """Its pulses come 15 to 25 times a second, and last a tenth of a turn."""
    for _, tachometer in machines(20, 4000).images:
        assert set(np.unique(tachometer)) == {0, 1}
        starts = np.flatnonzero(np.diff(tachometer) > 0)
        period = np.diff(starts).mean() / VIBRATION_RATE
        assert 1 / 25 - 1e-3 <= period <= 1 / 15 + 1e-3
        assert tachometer.mean() == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(("state", "orders"), [("imbalance", 1), ("misalignment", 2)])
def test_a_shaft_shakes_at_its_order(state, orders):
    assert _at_order(state, orders) > 1.5 * _at_order("healthy", orders)


@pytest.mark.parametrize("state", STATES[3:])
def test_a_bad_bearing_rings_as_often_as_balls_pass(state):
    """The envelope of the vibration has a line at that order."""
    assert pytest.approx(3.6) == PASSAGES
    assert _at_order(state, PASSAGES, envelope=True) > 3 * _at_order(
        "healthy", PASSAGES, envelope=True
    )


def test_stick_slip_is_a_flawed_race_played_backwards():
    """What ignores the direction of time cannot tell them apart; the envelope's slope can."""
    data = machines(500, 1024, seed=2)
    race, slip = (np.diff(data.images[data.labels == label, 0], axis=1) for label in (3, 4))
    spectra = [np.log((np.abs(np.fft.rfft(x, axis=1)) ** 2).mean(axis=0)) for x in (race, slip)]
    assert abs((spectra[0] - spectra[1]).mean()) < 0.1
    cycle = np.ones(5) / 5  # half a period of the ringing
    envelopes = [[np.convolve(np.abs(row), cycle, "valid") for row in x] for x in (race, slip)]
    rises = [np.diff(np.array(envelope)[:, ::5], axis=1) for envelope in envelopes]
    skewness = [(rise**3).mean() / (rise**2).mean() ** 1.5 for rise in rises]
    assert skewness[0] == pytest.approx(-skewness[1], rel=0.2)
    assert skewness[0] > 0.1  # a blow rises at once and fades slowly


def _at_order(state, order, envelope=False):
    """Amplitude near an order of the shaft's speed, over many machines of a state."""
    data = machines(60, 4000, seed=5)
    found = []
    for vibration, tachometer in data.images[data.labels == STATES.index(state)]:
        starts = np.flatnonzero(np.diff(tachometer) > 0)
        speed = VIBRATION_RATE / np.diff(starts).mean()
        ringing = np.diff(vibration, prepend=vibration[0])  # the shaft's slow shaking goes
        signal = np.abs(ringing) - np.abs(ringing).mean() if envelope else vibration
        line = np.fft.rfft(signal * np.hanning(4000)) / 1000
        place = order * speed * 4000 / VIBRATION_RATE
        width = round(0.02 * place) + 2
        found.append(np.abs(line[round(place) - width : round(place) + width + 1]).max())
    return np.mean(found)


def test_arguments_are_named():
    with pytest.raises(ArgumentError, match="seconds: expected at least 10, got 5"):
        heartbeats(5)
    with pytest.raises(ArgumentError, match=r"disturbed: expected a share from 0 to 0\.5"):
        heartbeats(10, 0.7)
    with pytest.raises(ArgumentError, match="count: expected at least 1 machine"):
        machines(0)
    with pytest.raises(ArgumentError, match="length: expected at least 64 samples, got 10"):
        machines(1, 10)
