# ---
# misconception: The last pixel is taken for a part of the box, so that a box is x2 - x1 + 1 wide.
# loses:
#   test_iou: 3
# says:
#   test_iou: [x2 - x1]
# ---

# %% solution="iou"
def iou(a, b):
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.maximum(high - low + 1, 0).prod(axis=2)
    area_a = (a[:, 2:] - a[:, :2] + 1).prod(axis=1)
    area_b = (b[:, 2:] - b[:, :2] + 1).prod(axis=1)
    return shared / (area_a[:, None] + area_b - shared)
