# ---
# misconception: The biases are added along the first axis, as if they belonged to the images.
# loses:
#   test_conv1x1: 2
# says:
#   test_conv1x1: [first number to the first map]
# ---

# %% solution="conv1x1"
def conv1x1(x, weight, bias):
    return np.einsum("oc,nchw->nohw", weight, x) + bias[: len(x), None, None, None]
