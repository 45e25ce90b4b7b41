"""Let eSpeak NG say the ten digits in many voices; write the spoken digits of the package.

    tools/system.sh espeak-ng && python tools/synthesise_speech.py
    python tools/synthesise_speech.py --check    # does this machine still say the same?

Every voice says every digit three times, at different speeds and pitches; the third, which lies
between the other two, is kept for testing. The recordings are cut to where something is heard,
brought to the same peak and to 8000 samples a second, and stored as 8-bit mu-law codes.

On what may be done with the file: eSpeak NG is free software under the GNU GPL, version 3 or later.
Neither the program nor its data files are part of this course, which does not link to it. The GPL
covers a program's output only where that holds a work based on the program (Section 2 of the
licence). These are ten spoken words, whose waves eSpeak NG computes from formants and, for some
consonants, from short noises that it carries. We know of no claim of its authors on speech that it
makes, and make none: as far as it is ours to say, the file is in the public domain (CC0 1.0). This
is what we hold, not a lawyer's word; the course works as well with sounds of your own.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from cnncourse.data.audio import mu_law_encode, read_wav
from cnncourse.data.spoken import RATE, SPOKEN, Recordings, read_recordings, write_recordings

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# an accent of English, and after the plus sign a throat
VOICES = (
    "en-gb", "en-us", "en-gb-scotland+m3", "en-gb-x-gbclan+m7", "en-029+f2", "en-us+f4",
    "en-gb-x-rp+f3", "en-gb-x-gbcwmd+m1", "en-us-nyc+m4", "en-us+Annie", "en-gb+grandpa",
    "en-gb+f5", "en-us+m5", "en-gb-scotland+f1",
)  # fmt: skip
TAKES = ((150, 35), (200, 65), (175, 50))  # words a minute; pitch from 0 to 99
SOFTEST = 0.01  # of the peak; what is softer at either end is silence
PEAK = 0.9


def say(voice: str, word: str, speed: int, pitch: int) -> NDArray[np.float64]:
    """Let eSpeak NG say a word: float64 array, shape (L,), at `RATE` samples a second."""
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", word]
    try:
        told = subprocess.run(command, capture_output=True, check=True)
    except FileNotFoundError:
        sys.exit("espeak-ng is not installed: tools/system.sh espeak-ng")
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(command)}: {error.stderr.decode().strip()}")
    samples, rate = read_wav(_with_true_length(told.stdout))
    return trim(resample_poly(samples.astype(np.float64), RATE, rate))


def _with_true_length(stream: bytes) -> bytes:
    """Write into the head what a program cannot know that writes while it speaks."""
    head = io.BytesIO(stream)
    head.seek(4)
    head.write((len(stream) - 8).to_bytes(4, "little"))
    head.seek(40)
    head.write((len(stream) - 44).to_bytes(4, "little"))
    return head.getvalue()


def trim(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut the silence off both ends, and make the loudest sample `PEAK`."""
    size = np.abs(samples)
    heard = np.flatnonzero(size > SOFTEST * size.max())
    return samples[heard[0] : heard[-1] + 1] * (PEAK / size.max())


def synthesise() -> Recordings:
    """Say everything: the recordings, as the package will give them."""
    plan = [
        (voice, digit, take)
        for voice in range(len(VOICES))
        for digit in range(len(WORDS))
        for take in range(len(TAKES))
    ]
    samples = [say(VOICES[v], WORDS[d], *TAKES[t]).astype(np.float32) for v, d, t in plan]
    speakers, labels, takes = np.array(plan).T
    return Recordings(
        "spoken digits", samples, labels, speakers, takes == len(TAKES) - 1, VOICES, RATE
    )


def main() -> None:
    """Write the file, or compare it with what is said now."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=SPOKEN)
    parser.add_argument("--check", action="store_true", help="write nothing; compare")
    options = parser.parse_args()
    made = synthesise()
    if options.check:
        stored = read_recordings(options.out)
        same = [
            np.array_equal(mu_law_encode(ours), mu_law_encode(theirs))
            for ours, theirs in zip(made.samples, stored.samples, strict=True)
        ]
        sys.exit(None if all(same) else f"{same.count(False)} of {len(same)} recordings differ")
    write_recordings(made, options.out)
    print(f"{options.out}: {len(made)} recordings, {options.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
