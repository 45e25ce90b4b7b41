# ---
# misconception: The number is rounded to the nearest.
# loses:
#   test_middle_channels: 2
# says:
#   test_middle_channels: [Round down]
# ---

# %% solution="middle_channels"
def middle_channels(in_channels, out_channels, frames, size):
    whole = frames * size**2 * in_channels * out_channels
    parts = size**2 * in_channels + frames * out_channels
    return max(1, -(-whole // parts))
