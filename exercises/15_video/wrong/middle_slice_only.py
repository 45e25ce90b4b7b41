# ---
# misconception: Only the slice in the middle is filled.
# loses:
#   test_inflate_kernel: 2
# says:
#   test_inflate_kernel: [slices]
# ---

# %% solution="inflate_kernel"
def inflate_kernel(weight, frames):
    deep = np.zeros((*weight.shape[:2], frames, *weight.shape[2:]))
    deep[:, :, frames // 2] = weight
    return deep
