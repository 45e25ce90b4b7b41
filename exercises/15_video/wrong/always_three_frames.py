# ---
# misconception: There are three slices, whatever is asked for.
# loses:
#   test_inflate_kernel: 2
# says:
#   test_inflate_kernel: [axis of time]
# ---

# %% solution="inflate_kernel"
def inflate_kernel(weight, frames):
    return np.repeat(weight[:, :, None], 3, axis=2) / 3
