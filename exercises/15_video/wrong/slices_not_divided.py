# ---
# misconception: The slices are repeated and not divided.
# loses:
#   test_inflate_kernel: 2
# says:
#   test_inflate_kernel: [not divided]
# ---

# %% solution="inflate_kernel"
def inflate_kernel(weight, frames):
    return np.repeat(weight[:, :, None], frames, axis=2)
