# ---
# misconception: Rows and columns stay as axes of length 1.
# loses:
#   test_global_avg_pool2d: 2
# says:
#   test_global_avg_pool2d: [so are their axes]
# ---

# %% solution="global_avg_pool2d"
def global_avg_pool2d(x):
    return x.mean(axis=(2, 3), keepdims=True)
