# ---
# misconception: Only the first of the shifts is tried.
# loses:
#   test_shift_consistency: 2
# says:
#   test_shift_consistency: [Try more shifts than one]
# ---

# %% solution="shift_consistency"
def shift_consistency(predict, images, shifts):
    moved = np.roll(images, shifts[0], axis=(1, 2))
    return float(np.mean(predict(moved) == predict(images)))
