# ---
# misconception: Width and height of the shared box are multiplied before they are cut off at 0.
# loses:
#   test_iou: 3
# says:
#   test_iou: [Minus times minus]
# ---

# %% solution="iou"
def iou(a, b):
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.maximum((high - low).prod(axis=2), 0)
    area_a = (a[:, 2:] - a[:, :2]).prod(axis=1)
    area_b = (b[:, 2:] - b[:, :2]).prod(axis=1)
    return shared / (area_a[:, None] + area_b - shared)
