# ---
# misconception: The bias is accepted and never added.
# loses:
#   test_linear: 2
# says:
#   test_linear: [is it added]
# ---

# %% solution="linear"
def linear(x, weight, bias):
    return x @ weight.T
