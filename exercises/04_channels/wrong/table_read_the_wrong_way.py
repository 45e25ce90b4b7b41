# ---
# misconception: The rows of the table are taken for inputs, the columns for outputs.
# loses:
#   test_conv1x1: 2
# says:
#   test_conv1x1: [Which axis of the weights]
# ---

# %% solution="conv1x1"
def conv1x1(x, weight, bias):
    return np.einsum("co,nchw->nohw", weight.reshape(weight.shape[::-1]), x) + bias[:, None, None]
