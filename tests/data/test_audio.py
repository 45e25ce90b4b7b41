"""Spectrograms against SciPy, PyTorch and the published formulas; files against the standard."""

import io

import numpy as np
import pytest
import torch
from scipy import fft, signal
from scipy.io import wavfile

from cnncourse.data.audio import (
    hann,
    hertz_to_mel,
    istft,
    log_mel,
    mel_filterbank,
    mel_to_hertz,
    mfcc,
    mu_law_decode,
    mu_law_encode,
    read_wav,
    stft,
    wav,
)
from cnncourse.errors import ArgumentError, CourseError, ShapeError

RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(2, 1003))


@pytest.mark.parametrize(("n_fft", "hop"), [(64, 16), (64, 48), (63, 20), (100, 100)])
def test_stft_agrees_with_scipy(n_fft, hop):
    """Without the phase shift that SciPy adds to put the origin in the middle of a piece."""
    transform = signal.ShortTimeFFT(hann(n_fft), hop, fs=1.0, phase_shift=None)
    ours = stft(NOISE, n_fft, hop)
    theirs = transform.stft(NOISE, p0=0, p1=ours.shape[-1])
    np.testing.assert_allclose(ours, theirs, atol=1e-10)


@pytest.mark.parametrize("center", [True, False])
def test_stft_agrees_with_torch(center):
    window = RNG.uniform(0.1, 1, 64)
    theirs = torch.stft(
        torch.from_numpy(NOISE), 64, 24, window=torch.from_numpy(window), center=center,
        pad_mode="constant", return_complex=True,
    )  # fmt: skip
    np.testing.assert_allclose(stft(NOISE, 64, 24, window, center), theirs, atol=1e-10)


def test_a_hann_window_is_that_of_scipy():
    np.testing.assert_allclose(hann(17), signal.windows.hann(17, sym=False), atol=1e-15)


@pytest.mark.parametrize(("n_fft", "hop"), [(64, 16), (64, 31), (63, 20)])
def test_the_inverse_gives_the_sound_back(n_fft, hop):
    back = istft(stft(NOISE, n_fft, hop), n_fft, hop, length=1003)
    covered = back.shape[-1]
    assert covered > 1003 - hop
    # a last sample may lie where the windows vanish
    np.testing.assert_allclose(back[:, : covered - hop], NOISE[:, : covered - hop], atol=1e-9)


def test_the_inverse_is_the_sound_nearest_to_a_changed_spectrum():
    """Least squares: no neighbour's spectrum is nearer (Griffin and Lim's equation 6)."""
    changed = stft(NOISE[0], 64, 16, center=False) * RNG.uniform(0.5, 1.5, (33, 1))
    weight = np.full((33, 1), 2.0)  # a row between the ends stands for itself and its mirror image
    weight[[0, -1]] = 1

    def distance(x):
        return (weight * np.abs(stft(x, 64, 16, center=False) - changed) ** 2).sum()

    best = istft(changed, 64, 16, center=False)
    for _ in range(5):
        assert distance(best) < distance(best + 1e-3 * RNG.normal(size=best.shape))


def test_parseval_the_energy_of_the_spectrum_is_that_of_the_windowed_sound():
    n_fft, hop = 64, 16
    x = np.zeros(1003)
    x[64:900] = NOISE[0, 64:900]
    power = np.abs(stft(x, n_fft, hop)) ** 2
    power[1:-1] *= 2  # the negative frequencies, which rfft leaves out
    # squared Hann windows a quarter apart add up to 3/2 wherever four of them meet
    assert power.sum() / n_fft == pytest.approx(1.5 * (x**2).sum(), rel=1e-12)


def test_mel_scales_are_the_published_ones():
    """HTK's in its other form, 1127 ln; Slaney's: steps of 66.67 Hz, then factors of 1.07."""
    hertz = np.array([0, 100, 1000, 2000, 4000, 8000.0])
    np.testing.assert_allclose(hertz_to_mel(hertz), 1127 * np.log(1 + hertz / 700), rtol=1e-5)
    centres = mel_to_hertz(hertz_to_mel(133.33333333, "slaney") + np.arange(40), "slaney")
    np.testing.assert_allclose(np.diff(centres[:14]), 66.66666666, rtol=1e-8)
    np.testing.assert_allclose(centres[14:] / centres[13:-1], 1.0711703, rtol=1e-7)
    for scale in ("htk", "slaney"):
        np.testing.assert_allclose(mel_to_hertz(hertz_to_mel(hertz, scale), scale), hertz)


@pytest.mark.parametrize("scale", ["htk", "slaney"])
def test_filters_are_triangles_written_the_slow_way(scale):
    filters = mel_filterbank(20, 512, 16000, f_min=50, f_max=7000, scale=scale)
    mels = np.linspace(*hertz_to_mel([50, 7000], scale), 22)
    corners = mel_to_hertz(mels, scale)
    for m, row in enumerate(filters):
        expected = np.interp(np.arange(257) * 16000 / 512, corners[m : m + 3], [0, 1, 0])
        np.testing.assert_allclose(row, expected, atol=1e-12)
    same_area = mel_filterbank(20, 4096, 16000, 50, 7000, scale, norm="slaney")
    np.testing.assert_allclose(same_area.sum(axis=1) * 16000 / 4096, 1, rtol=0.02)


def test_neighbouring_filters_share_each_frequency_between_them():
    filters = mel_filterbank(40, 1024, 8000)
    centres = mel_to_hertz(np.linspace(0, hertz_to_mel(4000), 42))[1:-1]
    rows = np.arange(513) * 8000 / 1024
    between = (rows >= centres[0]) & (rows <= centres[-1])
    np.testing.assert_allclose(filters[:, between].sum(axis=0), 1)


def test_ten_times_the_amplitude_is_twenty_decibels():
    loud, soft = (log_mel(gain * NOISE[0], 8000) for gain in (1.0, 0.1))
    np.testing.assert_allclose(loud - soft, 20, atol=1e-4)
    assert log_mel(np.zeros(1000), 8000).max() == -100
    assert log_mel(np.zeros(1000), 8000, floor=0.1).max() == -10


def test_mfcc_is_the_cosine_transform_of_scipy():
    pictures = RNG.normal(size=(3, 40, 7))
    expected = fft.dct(pictures, axis=1, norm="ortho")[:, :13]
    np.testing.assert_allclose(mfcc(pictures), expected, atol=1e-12)


def test_every_level_of_the_mu_law_comes_back():
    codes = np.arange(256)
    samples = mu_law_decode(codes)
    assert np.array_equal(mu_law_encode(samples), codes)
    assert (np.diff(samples) > 0).all()
    x = np.linspace(-1, 1, 5001)
    error = np.abs(mu_law_decode(mu_law_encode(x)) - x)
    assert (error <= 0.0221 * (np.abs(x) + 1 / 255)).all()  # half a step: log(256) / 255


def test_a_wav_file_is_what_scipy_reads():
    x = np.sin(np.arange(500) / 5)
    rate, values = wavfile.read(io.BytesIO(wav(x, 8000)))
    assert rate == 8000
    np.testing.assert_allclose(values / 32767, x, atol=0.6 / 32767)


def test_files_that_are_not_sound_are_named(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF")
    with pytest.raises(CourseError, match=r"a\.wav: not a WAV file"):
        read_wav(path)
    wavfile.write(path, 8000, np.zeros((4, 2), np.int16))
    with pytest.raises(CourseError, match="expected one channel of 16 bits, got 2 of 16 bits"):
        read_wav(path)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: stft(np.zeros(10), 64, center=False), ShapeError, "x: expected at least 64"),
        (lambda: stft(np.zeros(99), 64, hop_length=0), ArgumentError, "hop_length: expected at le"),
        (lambda: stft(np.zeros(99), 64, window=np.ones(3)), ShapeError, r"window: expected \(64,"),
        (lambda: istft(np.zeros((5, 2)), 64), ShapeError, r"spectrum: expected \(..., 33, frames"),
        (lambda: hertz_to_mel(1, "bark"), ArgumentError, "scale: expected 'htk' or 'slaney'"),
        (lambda: mel_filterbank(80, 128, 8000), ArgumentError, "n_mels: expected few enough"),
        (lambda: mel_filterbank(8, 128, 8000, f_max=5e3), ArgumentError, "rising, from 0 to 4000"),
        (lambda: mel_filterbank(8, 128, 8000, norm="l2"), ArgumentError, "norm: expected None or"),
        (lambda: mfcc(np.zeros((4, 2)), 5), ArgumentError, "n_mfcc: expected 1 to 4"),
        (lambda: mu_law_encode(0.0, 1), ArgumentError, "quantization_channels: expected at least"),
        (lambda: wav(np.zeros((2, 2)), 8000), ShapeError, "samples: expected one axis"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
