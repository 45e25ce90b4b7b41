# ---
# misconception: A difference is called small without asking compared to what.
# loses:
#   test_gradients_agree: 4
# says:
#   test_gradients_agree: [around 1e9]
# ---

# %% solution="gradients_agree"
def gradients_agree(derived, measured, tolerance=1e-5):
    return bool(np.abs(derived - measured).max() <= tolerance)
