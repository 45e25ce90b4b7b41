# ---
# misconception: An image counts only if it keeps its answer under all the shifts.
# loses:
#   test_shift_consistency: 2
# says:
#   test_shift_consistency: [under all the shifts]
# ---

# %% solution="shift_consistency"
def shift_consistency(predict, images, shifts):
    still = predict(images)
    same = [predict(np.roll(images, shift, axis=(1, 2))) == still for shift in shifts]
    return float(np.mean(np.all(same, axis=0)))
