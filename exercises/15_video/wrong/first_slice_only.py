# ---
# misconception: Only the first slice is filled.
# loses:
#   test_inflate_kernel: 2
# says:
#   test_inflate_kernel: [Which of them do you fill]
# ---

# %% solution="inflate_kernel"
def inflate_kernel(weight, frames):
    deep = np.zeros((*weight.shape[:2], frames, *weight.shape[2:]))
    deep[:, :, 0] = weight
    return deep
