# ---
# misconception: Shapes are left to NumPy, and nan is not looked for.
# loses:
#   test_gradients_agree: 1
# says:
#   test_gradients_agree: [another shape passes]
# ---

# %% solution="gradients_agree"
def gradients_agree(derived, measured, tolerance=1e-5):
    size = np.maximum(np.abs(derived), np.abs(measured))
    size = np.maximum(size, 1e-3 * size.max())
    return not bool((np.abs(derived - measured) > tolerance * size).any())
