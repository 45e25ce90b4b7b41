# ---
# misconception: Shifts are measured in the box's own size.
# loses:
#   test_encode: 2
# says:
#   test_encode: [widths and heights]
# ---

# %% solution="encode"
def encode(boxes, anchors):
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    return np.hstack([(middles - origins) / sizes, np.log(sizes / units)])
