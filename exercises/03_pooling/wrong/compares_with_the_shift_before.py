# ---
# misconception: Each answer is compared with the one before it, not with the image that stands still.
# loses:
#   test_shift_consistency: 2
# says:
#   test_shift_consistency: [not with the one before]
# ---

# %% solution="shift_consistency"
def shift_consistency(predict, images, shifts):
    answers = [predict(images)]
    answers += [predict(np.roll(images, shift, axis=(1, 2))) for shift in shifts]
    same = [after == before for before, after in zip(answers, answers[1:])]
    return float(np.mean(same))
