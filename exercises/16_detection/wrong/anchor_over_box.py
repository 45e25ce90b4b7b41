# ---
# misconception: The ratio of sizes is turned upside down.
# loses:
#   test_encode: 2
# says:
#   test_encode: [box over anchor]
# ---

# %% solution="encode"
def encode(boxes, anchors):
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    return np.hstack([(middles - origins) / units, np.log(units / sizes)])
