# ---
# misconception: The product of arrays is taken for the product of matrices.
# loses:
#   test_linear: 2
# says:
#   test_linear: [element by element]
# ---

# %% solution="linear"
def linear(x, weight, bias):
    return x * weight + bias
