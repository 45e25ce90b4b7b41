# ---
# misconception: np.allclose is taken as it is, with its absolute tolerance.
# loses:
#   test_gradients_agree: 4
# says:
#   test_gradients_agree: [may be off by rounding]
# ---

# %% solution="gradients_agree"
def gradients_agree(derived, measured, tolerance=1e-5):
    return bool(np.allclose(derived, measured, rtol=tolerance))
