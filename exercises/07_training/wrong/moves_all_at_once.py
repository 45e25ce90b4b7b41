# ---
# misconception: All numbers are moved together.
# loses:
#   test_numerical_gradient: 3
# says:
#   test_numerical_gradient: [one at a time]
# ---

# %% solution="numerical_gradient"
def numerical_gradient(function, x, h=1e-5):
    return (function(x + h) - function(x - h)) / (2 * h)
