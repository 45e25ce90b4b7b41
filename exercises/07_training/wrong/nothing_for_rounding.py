# ---
# misconception: Every number is divided by its own size, and one whose slope is 0 is condemned.
# loses:
#   test_gradients_agree: 4
# says:
#   test_gradients_agree: [may be off by rounding]
# ---

# %% solution="gradients_agree"
def gradients_agree(derived, measured, tolerance=1e-5):
    if derived.shape != measured.shape:
        return False
    if not (np.isfinite(derived).all() and np.isfinite(measured).all()):
        return False
    size = np.maximum(np.abs(derived), np.abs(measured))
    return bool((np.abs(derived - measured) <= tolerance * size).all())
