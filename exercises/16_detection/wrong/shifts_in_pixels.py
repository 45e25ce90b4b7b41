# ---
# misconception: Shifts are left in pixels; going back, offsets are taken for pixels, too.
# loses:
#   test_encode: 2
#   test_decode: 2
# says:
#   test_encode: [in pixels]
#   test_decode: [in the anchor's size]
# ---

# %% solution="encode"
def encode(boxes, anchors):
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    return np.hstack([middles - origins, np.log(sizes / units)])


# %% solution="decode"
def decode(offsets, anchors):
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    middles, sizes = origins + offsets[:, :2], units * np.exp(offsets[:, 2:])
    return np.hstack([middles - sizes / 2, middles + sizes / 2])
