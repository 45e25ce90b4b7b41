# ---
# misconception: The array that was given is moved, and left there.
# loses:
#   test_numerical_gradient: 3
# says:
#   test_numerical_gradient: [left x changed]
# ---

# %% solution="numerical_gradient"
def numerical_gradient(function, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += h
        right = function(x)
        x[place] -= 2 * h
        gradient[place] = (right - function(x)) / (2 * h)
    return gradient
