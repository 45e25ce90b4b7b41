# ---
# misconception: The first box is compared with the first, the second with the second.
# loses:
#   test_iou: 3
# says:
#   test_iou: [2 x 3]
# ---

# %% solution="iou"
def iou(a, b):
    count = min(len(a), len(b))
    a, b = a[:count], b[:count]
    low, high = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])
    shared = np.maximum(high - low, 0).prod(axis=1)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(axis=1) for c in (a, b))
    return shared / (area_a + area_b - shared)
