# ---
# misconception: The slope is measured to one side.
# loses:
#   test_numerical_gradient: 3
# says:
#   test_numerical_gradient: [one side only]
# ---

# %% solution="numerical_gradient"
def numerical_gradient(function, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        right, left = x.copy(), x.copy()
        right[place] += h
        gradient[place] = (function(right) - function(left)) / h
    return gradient
