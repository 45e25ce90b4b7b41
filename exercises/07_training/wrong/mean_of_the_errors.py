# ---
# misconception: The errors are averaged, so that one wrong number drowns.
# loses:
#   test_gradients_agree: 3
# says:
#   test_gradients_agree: [no mean]
# ---

# %% solution="gradients_agree"
def gradients_agree(derived, measured, tolerance=1e-5):
    if derived.shape != measured.shape:
        return False
    if not (np.isfinite(derived).all() and np.isfinite(measured).all()):
        return False
    size = np.maximum(np.abs(derived), np.abs(measured))
    return bool(np.abs(derived - measured).mean() <= 1e3 * tolerance * size.mean())
