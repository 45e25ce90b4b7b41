# ---
# misconception: The first two axes are moved, which are the batch and the rows.
# loses:
#   test_shift_consistency: 2
# says:
#   test_shift_consistency: [its own rows and columns]
# ---

# %% solution="shift_consistency"
def shift_consistency(predict, images, shifts):
    still = predict(images)
    same = [predict(np.roll(images, shift, axis=(0, 1))) == still for shift in shifts]
    return float(np.mean(same))
