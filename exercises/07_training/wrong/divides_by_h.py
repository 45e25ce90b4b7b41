# ---
# misconception: Both sides are taken, but their distance is thought to be h.
# loses:
#   test_numerical_gradient: 3
# says:
#   test_numerical_gradient: [Twice too large]
# ---

# %% solution="numerical_gradient"
def numerical_gradient(function, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        right, left = x.copy(), x.copy()
        right[place] += h
        left[place] -= h
        gradient[place] = (function(right) - function(left)) / h
    return gradient
