# ---
# how: Whole arrays at once, in float32, column-major, as views and in other types.
# ---

# %% solution="iou"
def iou(a, b):
    a, b = np.asfortranarray(a, dtype=np.float32), np.asfortranarray(b, dtype=np.float32)
    sides = np.minimum(a[:, 2:, None], b.T[None, 2:]) - np.maximum(a[:, :2, None], b.T[None, :2])
    shared = np.clip(sides[:, 0], 0, None) * np.clip(sides[:, 1], 0, None)
    areas = [(c[:, 2] - c[:, 0]) * (c[:, 3] - c[:, 1]) for c in (a, b)]
    return shared / (np.add.outer(*areas) - shared)


# %% solution="nms"
def nms(boxes, scores, threshold):
    order = np.argsort(scores)[::-1]
    kept = np.zeros(len(scores), dtype=bool)
    alive = np.ones(len(scores), dtype=bool)
    for place in order:
        if alive[place]:
            kept[place] = True
            low = np.maximum(boxes[:, :2], boxes[place, :2])
            high = np.minimum(boxes[:, 2:], boxes[place, 2:])
            shared = np.maximum(high - low, 0).prod(1)
            areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
            alive &= shared / (areas + areas[place] - shared) <= threshold
    return order[kept[order]].astype(np.int32)


# %% solution="encode"
def encode(boxes, anchors):
    boxes, anchors = boxes.astype(np.float32).T, anchors.astype(np.float32).T
    out = np.empty((4, boxes.shape[1]), dtype=np.float32)
    for axis in range(2):
        size, unit = boxes[axis + 2] - boxes[axis], anchors[axis + 2] - anchors[axis]
        out[axis] = (boxes[axis] + size / 2 - anchors[axis] - unit / 2) / unit
        out[axis + 2] = np.log(size / unit)
    return out.T


# %% solution="decode"
def decode(offsets, anchors):
    out = np.empty((len(anchors), 6), dtype=np.float32)[:, 1:5]  # a view
    for axis in range(2):
        low, high = anchors[:, axis], anchors[:, axis + 2]
        middle = low + (high - low) * (0.5 + offsets[:, axis])
        half = (high - low) / 2 * np.exp(offsets[:, axis + 2])
        out[:, axis], out[:, axis + 2] = middle - half, middle + half
    return out


# %% solution="right_finds"
def right_finds(overlaps, scores, threshold):
    good = np.where(overlaps >= threshold, overlaps, 0.0).astype(float)
    right = np.zeros(len(scores), dtype=np.int64)
    for row in np.argsort(scores)[::-1]:
        if good.size and good[row].any():
            good[:, np.argmax(good[row])] = 0
            right[row] = 1
    return right


# %% solution="average_precision"
def average_precision(scores, right, truths):
    order = np.argsort(scores)[::-1]
    hits = np.cumsum(np.asarray(right, dtype=np.float32)[order])
    places = np.flatnonzero(right[order])
    precision = hits / np.arange(1, len(hits) + 1, dtype=np.float32)
    return np.float32(sum(precision[place:].max() for place in places) / truths)


# %% solution="mean_average_precision"
def mean_average_precision(scores, classes, right, truths, ap):
    occur = np.flatnonzero(np.asarray(truths))
    return np.mean([ap(scores[classes == k], right[classes == k], truths[k]) for k in occur])


# %% solution="grid_targets"
def grid_targets(boxes, size, stride, reference):
    shape = (size[0] // stride, size[1] // stride)
    there, offsets = np.zeros(shape, dtype=bool), np.zeros((*shape, 4), dtype=np.float32)
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    cells = np.floor(middles / stride).astype(int)
    column, row = cells.T
    there[row, column] = True
    shifts = (middles - (cells + 0.5) * stride) / reference
    offsets[row, column] = np.hstack([shifts, np.log(sizes / reference)])
    return there, np.moveaxis(offsets, -1, 0)
