# ---
# misconception: The kernel over space is counted as one row.
# loses:
#   test_middle_channels: 2
# says:
#   test_middle_channels: [both counts]
# ---

# %% solution="middle_channels"
def middle_channels(in_channels, out_channels, frames, size):
    whole = frames * size**2 * in_channels * out_channels
    parts = size * in_channels + frames * out_channels
    return max(1, whole // parts)
