# ---
# misconception: The upper left corners are compared, not the middles.
# loses:
#   test_encode: 2
# says:
#   test_encode: [middles]
# ---

# %% solution="encode"
def encode(boxes, anchors):
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    return np.hstack([(boxes[:, :2] - anchors[:, :2]) / units, np.log(sizes / units)])
