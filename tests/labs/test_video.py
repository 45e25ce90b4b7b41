"""Moving digits, as a lab."""


def test_lab_video(prove_lab):
    report = prove_lab("video")
    motion = [found for found in report.outcome.measured if "motion" in found.metric]
    assert [found.baseline_value for found in motion] == [0.25] * 3  # chance, to the clip
    assert min(found.value for found in motion) > 0.8
    assert report.outcome.measured[-1].beats_baseline  # inflated weights help to see the digit
