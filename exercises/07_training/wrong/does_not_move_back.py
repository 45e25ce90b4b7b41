# ---
# misconception: A number is not moved back before the next one is moved.
# loses:
#   test_numerical_gradient: 3
# says:
#   test_numerical_gradient: [moved back]
# ---

# %% solution="numerical_gradient"
def numerical_gradient(function, x, h=1e-5):
    gradient, moved = np.zeros(x.shape), x.copy()
    for place in np.ndindex(x.shape):
        moved[place] += h
        right = function(moved)
        moved[place] -= 2 * h
        gradient[place] = (right - function(moved)) / (2 * h)
    return gradient
