# ---
# misconception: The whole size is put on each side of the middle.
# loses:
#   test_decode: 2
# says:
#   test_decode: [anchor itself]
# ---

# %% solution="decode"
def decode(offsets, anchors):
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    middles, sizes = origins + offsets[:, :2] * units, units * np.exp(offsets[:, 2:])
    return np.hstack([middles - sizes, middles + sizes])
