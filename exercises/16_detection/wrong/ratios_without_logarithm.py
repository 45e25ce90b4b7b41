# ---
# misconception: Sizes are written as plain ratios, and read as such.
# loses:
#   test_encode: 2
#   test_decode: 2
# says:
#   test_encode: [four zeros]
#   test_decode: [exp(0)]
# ---

# %% solution="encode"
def encode(boxes, anchors):
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    return np.hstack([(middles - origins) / units, sizes / units])


# %% solution="decode"
def decode(offsets, anchors):
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    middles, sizes = origins + offsets[:, :2] * units, units * offsets[:, 2:]
    return np.hstack([middles - sizes / 2, middles + sizes / 2])
