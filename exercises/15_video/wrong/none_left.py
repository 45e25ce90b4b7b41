# ---
# misconception: Where there is room for less than one channel, none is left.
# loses:
#   test_middle_channels: 2
# says:
#   test_middle_channels: [At least one]
# ---

# %% solution="middle_channels"
def middle_channels(in_channels, out_channels, frames, size):
    whole = frames * size**2 * in_channels * out_channels
    parts = size**2 * in_channels + frames * out_channels
    return whole // parts
