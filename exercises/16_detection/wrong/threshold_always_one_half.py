# ---
# misconception: The threshold is accepted and never used.
# loses:
#   test_nms: 3
# says:
#   test_nms: [Three boxes in a row]
# ---

# %% solution="nms"
def nms(boxes, scores, threshold):
    def overlap(p, q):
        sides = np.minimum(boxes[p, 2:], boxes[q, 2:]) - np.maximum(boxes[p, :2], boxes[q, :2])
        shared = np.maximum(sides, 0).prod()
        areas = [(boxes[k, 2:] - boxes[k, :2]).prod() for k in (p, q)]
        return shared / (sum(areas) - shared)

    kept, seen = [], []
    for place in np.argsort(-scores):
        if all(overlap(place, other) <= 0.5 for other in kept):
            kept.append(int(place))
        seen.append(place)
    return kept
