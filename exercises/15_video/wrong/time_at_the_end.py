# ---
# misconception: The axis of time is put at the end.
# loses:
#   test_inflate_kernel: 2
# says:
#   test_inflate_kernel: [after the two of the channels]
# ---

# %% solution="inflate_kernel"
def inflate_kernel(weight, frames):
    return np.repeat(weight[..., None], frames, axis=-1) / frames
