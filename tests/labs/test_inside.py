import numpy as np

from cnncourse.labs import inside


def test_the_lab(prove_lab):
    """Beside the frame's demands: learned maps find the digit, and random signs do little harm."""
    outcome = prove_lab("inside").outcome
    found = {row.metric + " / " + row.baseline: row for row in outcome.measured}
    assert found["energy inside the box, Grad-CAM / a flat map"].beats_baseline
    assert found["pointing game, Grad-CAM / " + inside.CHANCE].beats_baseline
    assert found["accuracy under FGSM, eps 0.1 / random signs"].beats_baseline
    assert len(outcome.pictures) == 6


def test_the_box_is_the_smallest_around_the_ink():
    labels = np.zeros((1, 6, 8), np.int64)
    labels[0, 2, 3] = labels[0, 4, 5] = inside.CLASSES.index("digit")
    assert inside.digit_boxes(labels).tolist() == [[3, 2, 6, 5]]
