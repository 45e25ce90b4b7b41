# ---
# misconception: The channels between are those at the end.
# loses:
#   test_middle_channels: 2
# says:
#   test_middle_channels: [both counts]
# ---

# %% solution="middle_channels"
def middle_channels(in_channels, out_channels, frames, size):
    whole = frames * size**2 * in_channels * out_channels
    parts = size**2 * in_channels + frames * out_channels
    return out_channels + 0 * whole // parts
