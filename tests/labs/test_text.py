"""The lab on sentences."""

import numpy as np
import pytest


def test_the_order_of_words_is_seen_by_a_convolution_and_by_no_bag(prove_lab):
    outcome = prove_lab("text").outcome
    first = outcome.measured[0]
    assert first.value > 0.9
    assert first.baseline_value == pytest.approx(0.5, abs=1e-12)  # twins get the same answer
    assert set(outcome.pictures) == {"reach", "phrases", "confusion"}
    bars = np.array([bar.get_height() for bar in outcome.pictures["reach"].figure.axes[0].patches])
    alone = bars.reshape(4, 3)  # widths 2 to 5, 1 to 3 words between
    reaches = np.add.outer(np.arange(2, 6), -np.arange(1, 4)) >= 2
    assert alone[reaches].min() > alone[~reaches].max()  # whoever reaches does better
