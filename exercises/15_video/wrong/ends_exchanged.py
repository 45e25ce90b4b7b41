# ---
# misconception: The kernel over time is taken to read the input.
# loses:
#   test_middle_channels: 2
# says:
#   test_middle_channels: [room for more]
# ---

# %% solution="middle_channels"
def middle_channels(in_channels, out_channels, frames, size):
    whole = frames * size**2 * in_channels * out_channels
    parts = size**2 * out_channels + frames * in_channels
    return max(1, whole // parts)
