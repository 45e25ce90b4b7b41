# ---
# how: Plain loops, lists and Python's own numbers.
# ---

# %% solution="iou"
def iou(a, b):
    table = []
    for u1, v1, u2, v2 in a.tolist():
        row = []
        for x1, y1, x2, y2 in b.tolist():
            wide, high = min(u2, x2) - max(u1, x1), min(v2, y2) - max(v1, y1)
            shared = wide * high if wide > 0 and high > 0 else 0.0
            row.append(shared / ((u2 - u1) * (v2 - v1) + (x2 - x1) * (y2 - y1) - shared))
        table.append(row)
    return np.array(table)


# %% solution="nms"
def nms(boxes, scores, threshold):
    rest = sorted(range(len(scores)), key=lambda place: scores[place], reverse=True)
    kept = []
    while rest:
        best, *others = rest
        kept.append(best)
        rest = []
        for place in others:
            wide = min(boxes[best][2], boxes[place][2]) - max(boxes[best][0], boxes[place][0])
            high = min(boxes[best][3], boxes[place][3]) - max(boxes[best][1], boxes[place][1])
            shared = max(0, wide) * max(0, high)
            areas = sum((b[2] - b[0]) * (b[3] - b[1]) for b in (boxes[best], boxes[place]))
            if shared / (areas - shared) <= threshold:
                rest.append(place)
    return kept


# %% solution="encode"
def encode(boxes, anchors):
    rows = []
    for (x1, y1, x2, y2), (u1, v1, u2, v2) in zip(boxes, anchors):
        rows.append([
            (x1 + x2 - u1 - u2) / 2 / (u2 - u1), (y1 + y2 - v1 - v2) / 2 / (v2 - v1),
            np.log(x2 - x1) - np.log(u2 - u1), np.log(y2 - y1) - np.log(v2 - v1),
        ])
    return np.array(rows)


# %% solution="decode"
def decode(offsets, anchors):
    rows = []
    for (tx, ty, tw, th), (u1, v1, u2, v2) in zip(offsets, anchors):
        x, y = (u1 + u2) / 2 + tx * (u2 - u1), (v1 + v2) / 2 + ty * (v2 - v1)
        w, h = (u2 - u1) * np.exp(tw), (v2 - v1) * np.exp(th)
        rows.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2))
    return np.array(rows)


# %% solution="right_finds"
def right_finds(overlaps, scores, threshold):
    free, right = set(range(overlaps.shape[1])), [False] * len(scores)
    for row in sorted(range(len(scores)), key=lambda row: -scores[row]):
        if free:
            best = max(free, key=lambda column: overlaps[row][column])
            if overlaps[row][best] >= threshold:
                right[row] = True
                free.remove(best)
    return np.array(right)


# %% solution="average_precision"
def average_precision(scores, right, truths):
    ordered = [bool(hit) for _, hit in sorted(zip(scores, right), key=lambda pair: -pair[0])]
    area, best = 0.0, 0.0
    for last in range(len(ordered), 0, -1):
        best = max(best, sum(ordered[:last]) / last)
        if ordered[last - 1]:
            area += best / truths
    return area


# %% solution="mean_average_precision"
def mean_average_precision(scores, classes, right, truths, ap):
    total = number = 0
    for category in range(len(truths)):
        if truths[category]:
            chosen = [k for k in range(len(scores)) if classes[k] == category]
            total += ap(scores[chosen], right[chosen], truths[category])
            number += 1
    return total / number


# %% solution="grid_targets"
def grid_targets(boxes, size, stride, reference):
    there = np.zeros([side // stride for side in size])
    offsets = np.zeros((4, *there.shape))
    for row in range(there.shape[0]):
        for column in range(there.shape[1]):
            x_c, y_c = stride * column + stride / 2, stride * row + stride / 2
            for x1, y1, x2, y2 in boxes:
                dx, dy = (x1 + x2) / 2 - x_c, (y1 + y2) / 2 - y_c
                if abs(dx) < stride / 2 and abs(dy) < stride / 2:
                    there[row, column] = 1
                    offsets[:, row, column] = np.array([dx, dy, 0, 0]) / reference
                    offsets[2:, row, column] = np.log([x2 - x1, y2 - y1]) - np.log(reference)
    return there, offsets
