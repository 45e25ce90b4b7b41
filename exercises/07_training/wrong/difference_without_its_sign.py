# ---
# misconception: The difference is taken without its absolute value.
# loses:
#   test_gradients_agree: 2
# says:
#   test_gradients_agree: [wrong everywhere]
# ---

# %% solution="gradients_agree"
def gradients_agree(derived, measured, tolerance=1e-5):
    if derived.shape != measured.shape:
        return False
    if not (np.isfinite(derived).all() and np.isfinite(measured).all()):
        return False
    size = np.maximum(np.abs(derived), np.abs(measured))
    size = np.maximum(size, 1e-3 * size.max())
    return bool((derived - measured <= tolerance * size).all())
