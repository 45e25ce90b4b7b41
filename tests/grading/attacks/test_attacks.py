"""Every case of `cases/`: a submission, the score it must get, the traces it must not leave."""


def test_a_submission_gets_what_it_earned(case, judged, hand_in, target, treasure):
    code = {k: v.replace("COURSE", str(treasure)) for k, v in case.answers(target.answers).items()}
    result = judged(hand_in(code))
    got = {part.grade_id: part.score for part in result.parts}
    messages = {part.grade_id: part.message for part in result.parts}
    assert got == case.scores(), (messages, result.flags)
    for words in case.flags:
        assert any(words in flag for flag in result.flags), result.flags
    for part, words in case.says.items():
        assert words in messages[part]
    assert case.shows in result.notebook
