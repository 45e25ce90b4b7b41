# ---
# misconception: The bias is added to rows instead of columns.
# loses:
#   test_linear: 2
# says:
#   test_linear: [to each *example*]
# ---

# %% solution="linear"
def linear(x, weight, bias):
    return x @ weight.T + bias[:, None]
