# ---
# misconception: Both shifts are measured in the anchor's width.
# loses:
#   test_decode: 2
# says:
#   test_decode: [in the anchor's size]
# ---

# %% solution="decode"
def decode(offsets, anchors):
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    middles, sizes = origins + offsets[:, :2] * units[:, :1], units * np.exp(offsets[:, 2:])
    return np.hstack([middles - sizes / 2, middles + sizes / 2])
