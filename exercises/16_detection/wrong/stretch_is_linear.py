# ---
# misconception: The stretch is one plus the offset.
# loses:
#   test_decode: 2
# says:
#   test_decode: [exponential]
# ---

# %% solution="decode"
def decode(offsets, anchors):
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    middles, sizes = origins + offsets[:, :2] * units, units * (1 + offsets[:, 2:])
    return np.hstack([middles - sizes / 2, middles + sizes / 2])
