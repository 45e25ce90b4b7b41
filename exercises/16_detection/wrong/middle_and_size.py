# ---
# misconception: A box is given back as its middle and its size.
# loses:
#   test_decode: 2
# says:
#   test_decode: [left, top, right, bottom]
# ---

# %% solution="decode"
def decode(offsets, anchors):
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    middles, sizes = origins + offsets[:, :2] * units, units * np.exp(offsets[:, 2:])
    return np.hstack([middles, sizes])
