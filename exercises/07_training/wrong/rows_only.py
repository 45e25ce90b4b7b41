# ---
# misconception: Places are counted along the first axis, so that a whole row is moved.
# loses:
#   test_numerical_gradient: 3
# says:
#   test_numerical_gradient: [moved alone]
# ---

# %% solution="numerical_gradient"
def numerical_gradient(function, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for place in range(len(x)):
        right, left = x.copy(), x.copy()
        right[place] += h
        left[place] -= h
        gradient[place] = (function(right) - function(left)) / (2 * h)
    return gradient
