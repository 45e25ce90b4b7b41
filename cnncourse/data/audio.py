"""Sound as numbers: spectrograms, the mel scale, and files of sound.

Samples are floats from -1 to 1. The arithmetic is NumPy's alone, so that it can be read, and runs
in a page.
"""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ArgumentError, CourseError, ShapeError

SCALES = ("htk", "slaney")
FLOOR = 1e-10  # the least power that a decibel is taken of: -100 dB

# Slaney's scale: 3 mels for each 200 Hz up to 1000 Hz, then 27 mels for each factor of 6.4
LINEAR, KNEE, STEP = 200 / 3, 1000.0, np.log(6.4) / 27


def hann(size: int) -> NDArray[np.float64]:
    """Make a Hann window whose copies, half a window apart, add up to 1.

    Parameters
    ----------
    size : int
        Samples.

    Returns
    -------
    float64 array, shape (size,)
        One period of (1 - cos) / 2, as `torch.hann_window` gives it.

    Examples
    --------
    >>> hann(4)
    array([0. , 0.5, 1. , 0.5])
    """
    _at_least("size", size, 1)
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)


def stft(
    x: ArrayLike,
    n_fft: int,
    hop_length: int | None = None,
    window: ArrayLike | None = None,
    center: bool = True,
) -> NDArray[np.complex128]:
    """Take the Fourier transform of one short piece of a sound after another.

    Parameters
    ----------
    x : float array, shape (..., L)
        Samples.
    n_fft : int
        Samples of a piece.
    hop_length : int, optional
        Samples from one piece to the next; a quarter of a piece if left out.
    window : float array, shape (n_fft,), optional
        What each piece is multiplied by; Hann's if left out.
    center : bool
        Put half a piece of zeros before and after the sound, so that piece i is centred on
        sample i * hop_length. Otherwise it begins there.

    Returns
    -------
    complex128 array, shape (..., n_fft // 2 + 1, frames)
        Row k is the frequency k * rate / n_fft; frames = 1 + (L - n_fft) // hop_length, of the
        sound with its zeros.

    Raises
    ------
    ShapeError
        If the window has another size than a piece, or the sound is shorter than one.

    References
    ----------
    J. B. Allen and L. R. Rabiner, "A unified approach to short-time Fourier analysis and
    synthesis", Proceedings of the IEEE 65(11), 1977.

    Examples
    --------
    A tone of 1000 Hz at 8000 samples a second is loudest in row 1000 / (8000 / 64) = 8.

    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(800) / 8000)
    >>> spectrum = stft(tone, n_fft=64)
    >>> spectrum.shape, int(np.abs(spectrum[:, 20]).argmax())
    ((33, 51), 8)
    """
    samples = np.asarray(x, dtype=np.float64)
    hop, weights = _hop(n_fft, hop_length), _window(n_fft, window)
    if center:
        half = n_fft // 2
        samples = np.pad(samples, [(0, 0)] * (samples.ndim - 1) + [(half, half)])
    if samples.ndim < 1 or samples.shape[-1] < n_fft:
        raise ShapeError("x", f"at least {n_fft} samples", np.shape(x))
    # (..., L) -> (..., frames, n_fft), as a view
    pieces = np.lib.stride_tricks.sliding_window_view(samples, n_fft, axis=-1)[..., ::hop, :]
    return np.fft.rfft(pieces * weights).swapaxes(-1, -2)


def istft(
    spectrum: ArrayLike,
    n_fft: int,
    hop_length: int | None = None,
    window: ArrayLike | None = None,
    center: bool = True,
    length: int | None = None,
) -> NDArray[np.float64]:
    """Turn a spectrum back into the sound whose `stft` is nearest to it.

    Parameters
    ----------
    spectrum : complex array, shape (..., n_fft // 2 + 1, frames)
    n_fft, hop_length, window, center
        As they were for `stft`.
    length : int, optional
        Samples to give back; if left out, as many as the frames are sure to cover.

    Returns
    -------
    float64 array, shape (..., length)
        The very sound that `stft` was given, if no sample of it lies where all windows are 0.

    Raises
    ------
    ShapeError
        If the spectrum has another number of rows.

    References
    ----------
    D. W. Griffin and J. S. Lim, "Signal estimation from modified short-time Fourier transform",
    IEEE Transactions on ASSP 32(2), 1984, equation 6.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=1000)
    >>> np.allclose(istft(stft(x, 64), 64, length=1000), x)
    True
    """
    values = np.asarray(spectrum)
    hop, weights = _hop(n_fft, hop_length), _window(n_fft, window)
    if values.ndim < 2 or values.shape[-2] != n_fft // 2 + 1:
        raise ShapeError("spectrum", f"(..., {n_fft // 2 + 1}, frames)", values.shape)
    pieces = np.fft.irfft(values.swapaxes(-1, -2), n_fft) * weights  # (..., frames, n_fft)
    frames = pieces.shape[-2]
    total = n_fft + hop * (frames - 1)
    x, weight = np.zeros((*pieces.shape[:-2], total)), np.zeros(total)
    for frame in range(frames):
        place = slice(frame * hop, frame * hop + n_fft)
        x[..., place] += pieces[..., frame, :]
        weight[place] += weights**2
    x /= np.where(weight > FLOOR, weight, 1)
    skipped = n_fft // 2 if center else 0
    stop = total - skipped if length is None else min(total, skipped + length)
    return x[..., skipped:stop]


def hertz_to_mel(frequency: ArrayLike, scale: str = "htk") -> NDArray[np.float64]:
    """Place frequencies on a scale of pitch as it is heard.

    Parameters
    ----------
    frequency : float array, any shape
        Hz, at least 0.
    scale : {'htk', 'slaney'}
        2595 log10(1 + f / 700); or linear up to 1000 Hz and logarithmic above.

    Returns
    -------
    float64 array, the same shape
        Mels. 1000 Hz are nearly 1000 mels of HTK, and 15 of Slaney's.

    References
    ----------
    S. Young and others, "The HTK Book", 3.4, 2006, equation 5.13. M. Slaney, "Auditory Toolbox",
    version 2, Interval Research Corporation, technical report 1998-010: the filters of `mfcc`.

    Examples
    --------
    >>> hertz_to_mel([0, 700, 1000]).round(2).tolist()
    [0.0, 781.17, 999.99]
    >>> hertz_to_mel([0, 1000, 6400], scale="slaney").round(6).tolist()
    [0.0, 15.0, 42.0]
    """
    hertz = np.asarray(frequency, dtype=np.float64)
    if _scale(scale) == "htk":
        return 2595 * np.log10(1 + hertz / 700)
    above = KNEE / LINEAR + np.log(np.maximum(hertz, KNEE) / KNEE) / STEP
    return np.where(hertz < KNEE, hertz / LINEAR, above)


def mel_to_hertz(mel: ArrayLike, scale: str = "htk") -> NDArray[np.float64]:
    """Undo `hertz_to_mel`.

    Parameters
    ----------
    mel : float array, any shape
    scale : {'htk', 'slaney'}

    Returns
    -------
    float64 array, the same shape
        Hz.

    Examples
    --------
    >>> mel_to_hertz(hertz_to_mel([60, 440, 3000])).round(6).tolist()
    [60.0, 440.0, 3000.0]
    """
    mels = np.asarray(mel, dtype=np.float64)
    if _scale(scale) == "htk":
        return 700 * (10 ** (mels / 2595) - 1)
    knee = KNEE / LINEAR
    return np.where(mels < knee, LINEAR * mels, KNEE * np.exp(STEP * (mels - knee)))


def mel_filterbank(
    n_mels: int,
    n_fft: int,
    rate: int,
    f_min: float = 0.0,
    f_max: float | None = None,
    scale: str = "htk",
    norm: str | None = None,
) -> NDArray[np.float64]:
    """Make triangles over frequency, evenly spaced in mels, each reaching to its neighbours' tops.

    Parameters
    ----------
    n_mels : int
        How many.
    n_fft : int
        Samples of a piece of `stft`.
    rate : int
        Samples in a second.
    f_min, f_max : float
        Hz, where the first begins and the last ends; half the rate if `f_max` is left out.
    scale : {'htk', 'slaney'}
        As in `hertz_to_mel`.
    norm : {'slaney'}, optional
        Give every triangle the same area, of 1 Hz, instead of the same height of 1.

    Returns
    -------
    float64 array, shape (n_mels, n_fft // 2 + 1)
        To be multiplied with the power of a spectrum.

    Raises
    ------
    ArgumentError
        If a frequency is out of range, or a triangle falls between two rows of the spectrum, so
        that it would hear nothing.

    Examples
    --------
    >>> mel_filterbank(n_mels=2, n_fft=8, rate=8000).round(2)
    array([[0.  , 0.68, 0.  , 0.  , 0.  ],
           [0.  , 0.32, 0.91, 0.45, 0.  ]])
    """
    top = rate / 2 if f_max is None else f_max
    _at_least("n_mels", n_mels, 1)
    _at_least("n_fft", n_fft, 2)
    if not 0 <= f_min < top <= rate / 2:
        raise ArgumentError("f_min, f_max", f"rising, from 0 to {rate / 2:g} Hz", (f_min, top))
    if norm not in (None, "slaney"):
        raise ArgumentError("norm", "None or 'slaney'", repr(norm))
    low, high = hertz_to_mel([f_min, top], scale)
    corners = mel_to_hertz(np.linspace(low, high, n_mels + 2), scale)  # Hz
    left, peak, right = (corners[i : n_mels + i, None] for i in range(3))
    rows = np.arange(n_fft // 2 + 1) * rate / n_fft  # Hz
    filters = np.minimum((rows - left) / (peak - left), (right - rows) / (right - peak)).clip(0)
    if not filters.any(axis=1).all():
        fewer = "few enough that each triangle meets a row of the spectrum"
        raise ArgumentError("n_mels", fewer, f"{n_mels}, with n_fft {n_fft}")
    return filters * 2 / (right - left) if norm == "slaney" else filters


def mel_frequencies(n_mels: int, rate: int, scale: str = "htk") -> NDArray[np.float64]:
    """Say where the triangles of a `mel_filterbank` over all frequencies have their tops, in Hz.

    Examples
    --------
    >>> mel_frequencies(3, rate=8000).round(-1)
    array([ 430., 1110., 2220.])
    """
    return mel_to_hertz(np.linspace(0, hertz_to_mel(rate / 2, scale), n_mels + 2)[1:-1], scale)


def log_mel(
    x: ArrayLike,
    rate: int,
    n_mels: int = 40,
    n_fft: int = 256,
    hop_length: int = 128,
    floor: float = FLOOR,
) -> NDArray[np.float32]:
    """Draw a sound as a picture: pitch as it is heard, over time, in decibels.

    Parameters
    ----------
    x : float array, shape (..., L)
        Samples.
    rate : int
        Samples in a second.
    n_mels : int
        Rows, from the lowest pitch to the highest, on HTK's scale.
    n_fft, hop_length : int
        Samples of a piece, and from one to the next; the first begins at the first sample.
    floor : float
        The least power, in place of what is softer: of the noise of a room, say, so that silence
        looks the same with it and without.

    Returns
    -------
    float32 array, shape (..., n_mels, 1 + (L - n_fft) // hop_length)
        10 log10 of the power in each triangle of `mel_filterbank`.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(4000) / 8000)
    >>> picture = log_mel(tone, rate=8000)
    >>> picture.shape, int(picture[:, 10].argmax())
    ((40, 30), 18)
    """
    power = np.abs(stft(x, n_fft, hop_length, center=False)) ** 2
    mels = mel_filterbank(n_mels, n_fft, rate) @ power  # (..., n_mels, frames)
    return (10 * np.log10(np.maximum(mels, floor))).astype(np.float32)


def mfcc(log_mels: ArrayLike, n_mfcc: int = 13) -> NDArray[np.float64]:
    """Reduce each frame of a log-mel spectrogram to the coarse outline of its spectrum.

    Parameters
    ----------
    log_mels : float array, shape (..., n_mels, frames)
    n_mfcc : int
        Coefficients to keep, at most `n_mels`.

    Returns
    -------
    float64 array, shape (..., n_mfcc, frames)
        The first coefficients of the orthonormal cosine transform (DCT-II) over the mels.

    References
    ----------
    S. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic word
    recognition in continuously spoken sentences", IEEE Transactions on ASSP 28(4), 1980.

    Examples
    --------
    >>> mfcc(np.ones((4, 1)), n_mfcc=2).round(3).tolist()
    [[2.0], [0.0]]
    """
    pictures = np.asarray(log_mels, dtype=np.float64)
    n_mels = pictures.shape[-2]
    if not 1 <= n_mfcc <= n_mels:
        raise ArgumentError("n_mfcc", f"1 to {n_mels}, the mels", n_mfcc)
    k, n = np.arange(n_mfcc)[:, None], np.arange(n_mels)
    transform = np.sqrt(2 / n_mels) * np.cos(np.pi * k * (2 * n + 1) / (2 * n_mels))
    transform[0] /= np.sqrt(2)
    return transform @ pictures


def mu_law_encode(x: ArrayLike, quantization_channels: int = 256) -> NDArray[np.int64]:
    """Round samples to few levels, which lie closer together where the sound is soft.

    Parameters
    ----------
    x : float array, any shape
        Samples from -1 to 1.
    quantization_channels : int
        How many levels.

    Returns
    -------
    int64 array, the same shape
        0 to quantization_channels - 1.

    References
    ----------
    van den Oord and others, "WaveNet", arXiv:1609.03499, Section 2.2, after ITU-T G.711.

    Examples
    --------
    >>> mu_law_encode([-1, -0.01, 0, 0.01, 1]).tolist()
    [0, 98, 128, 157, 255]
    """
    _at_least("quantization_channels", quantization_channels, 2)
    mu = quantization_channels - 1.0
    samples = np.clip(np.asarray(x, dtype=np.float64), -1, 1)
    squeezed = np.sign(samples) * np.log1p(mu * np.abs(samples)) / np.log1p(mu)
    return ((squeezed + 1) / 2 * mu + 0.5).astype(np.int64)


def mu_law_decode(codes: ArrayLike, quantization_channels: int = 256) -> NDArray[np.float32]:
    """Turn the levels of `mu_law_encode` back into samples.

    Parameters
    ----------
    codes : int array, any shape
    quantization_channels : int

    Returns
    -------
    float32 array, the same shape
        Off by at most half a step: about 2 % of the sample at 256 levels.

    Examples
    --------
    >>> mu_law_decode(mu_law_encode([-1, -0.25, 0.5])).round(2)
    array([-1.  , -0.25,  0.5 ], dtype=float32)
    """
    _at_least("quantization_channels", quantization_channels, 2)
    mu = quantization_channels - 1.0
    squeezed = np.asarray(codes) * (2 / mu) - 1
    sizes = np.expm1(np.abs(squeezed) * np.log1p(mu)) / mu
    return (np.sign(squeezed) * sizes).astype(np.float32)


def wav(samples: ArrayLike, rate: int) -> bytes:
    """Write a sound as a WAV file that any browser plays.

    Parameters
    ----------
    samples : float array, shape (L,)
        From -1 to 1; what is beyond is cut off.
    rate : int
        Samples in a second.

    Returns
    -------
    bytes
        One channel, 16 bits a sample.

    Raises
    ------
    ShapeError
        If there is more than one channel.

    Examples
    --------
    >>> file = wav(np.sin(np.arange(8000)), rate=8000)
    >>> file[:4], len(file)
    (b'RIFF', 16044)
    """
    values = np.asarray(samples, dtype=np.float64)
    if values.ndim != 1:
        raise ShapeError("samples", "one axis", values.shape)
    _at_least("rate", rate, 1)
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, rate, len(values), "NONE", ""))
        writer.writeframes((values.clip(-1, 1) * 32767).round().astype("<i2").tobytes())
    return file.getvalue()


def read_wav(source: Path | str | bytes) -> tuple[NDArray[np.float32], int]:
    """Read a WAV file of one channel and 16 bits a sample.

    Parameters
    ----------
    source : Path, str or bytes
        A file's name, or what is in it.

    Returns
    -------
    samples : float32 array, shape (L,)
        From -1 to 1.
    rate : int
        Samples in a second.

    Raises
    ------
    CourseError
        If it is not such a file.

    Examples
    --------
    >>> samples, rate = read_wav(wav([0, 0.5, -1], rate=8000))
    >>> samples.round(3).tolist(), rate
    ([0.0, 0.5, -1.0], 8000)
    """
    name = "bytes" if isinstance(source, bytes) else str(source)
    try:
        with wave.open(io.BytesIO(source) if isinstance(source, bytes) else str(source)) as reader:
            kind = reader.getnchannels(), 8 * reader.getsampwidth()
            if kind != (1, 16):
                found = f"{kind[0]} of {kind[1]} bits"
                raise CourseError(f"{name}: expected one channel of 16 bits, got {found}")
            values = np.frombuffer(reader.readframes(reader.getnframes()), "<i2")
            return values.astype(np.float32) / np.float32(32768), reader.getframerate()
    except (wave.Error, EOFError) as error:
        raise CourseError(f"{name}: not a WAV file ({error or 'it ends too soon'})") from error


def _hop(n_fft: int, hop_length: int | None) -> int:
    _at_least("n_fft", n_fft, 2)
    hop = n_fft // 4 if hop_length is None else hop_length
    _at_least("hop_length", hop, 1)
    return hop


def _window(n_fft: int, window: ArrayLike | None) -> NDArray[np.float64]:
    weights = hann(n_fft) if window is None else np.asarray(window, dtype=np.float64)
    if weights.shape != (n_fft,):
        raise ShapeError("window", f"({n_fft},), as long as a piece", weights.shape)
    return weights


def _scale(scale: str) -> str:
    if scale not in SCALES:
        raise ArgumentError("scale", "'htk' or 'slaney'", repr(scale))
    return scale


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ArgumentError(name, f"at least {least}", value)
