"""The lab on diffusion."""


def test_lab(prove_lab):
    report = prove_lab("diffusion")
    assert set(report.outcome.pictures) == {"path", "samples"}
