# ---
# misconception: The share of changed answers is given.
# loses:
#   test_shift_consistency: 2
# says:
#   test_shift_consistency: [in which it stays]
# ---

# %% solution="shift_consistency"
def shift_consistency(predict, images, shifts):
    still = predict(images)
    changed = [predict(np.roll(images, shift, axis=(1, 2))) != still for shift in shifts]
    return float(np.mean(changed))
