# ---
# misconception: Two gradients of zeros make 0 / 0, which agrees with nothing.
# loses:
#   test_gradients_agree: 4
# says:
#   test_gradients_agree: ["0 / 0"]
# ---

# %% solution="gradients_agree"
def gradients_agree(derived, measured, tolerance=1e-5):
    if derived.shape != measured.shape:
        return False
    if not (np.isfinite(derived).all() and np.isfinite(measured).all()):
        return False
    size = np.maximum(np.abs(derived), np.abs(measured))
    size = np.maximum(size, 1e-3 * size.max())
    with np.errstate(all="ignore"):
        return bool((np.abs(derived - measured) / size <= tolerance).all())
