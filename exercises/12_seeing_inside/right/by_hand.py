# ---
# how: Plain loops over places and channels, one value at a time, results as lists here and there.
# ---

# %% solution="saliency"
def saliency(gradient, x):
    slopes = gradient(x)
    rows = []
    for i in range(x.shape[1]):
        rows.append([max(abs(float(channel[i, j])) for channel in slopes)
                     for j in range(x.shape[2])])
    return rows


# %% solution="occlusion_map"
def occlusion_map(probability, x, size, stride, value):
    before, rows, top = probability(x), [], 0
    while top + size <= x.shape[1]:
        row, left = [], 0
        while left + size <= x.shape[2]:
            covered = np.array(x)
            for c in range(len(covered)):
                for i in range(top, top + size):
                    for j in range(left, left + size):
                        covered[c, i, j] = value
            row.append(before - probability(covered))
            left += stride
        rows.append(row)
        top += stride
    return np.array(rows, order="F")


# %% solution="grad_cam"
def grad_cam(maps, gradient):
    total = np.zeros(maps.shape[1:])
    for values, slopes in zip(maps, gradient):
        weight = 0.0
        for slope in slopes.ravel():
            weight += slope / slopes.size
        total += weight * values
    return np.where(total > 0, total, 0)


# %% solution="fgsm"
def fgsm(gradient, x, eps):
    slopes, moved = gradient(x), np.array(x)
    for place in np.ndindex(moved.shape):
        if slopes[place] > 0:
            moved[place] = min(1, moved[place] + eps)
        elif slopes[place] < 0:
            moved[place] = max(0, moved[place] - eps)
    return moved


# %% solution="climb"
def climb(gradient, start, steps, lr, decay):
    x = np.array(start, order="F")
    while steps:
        x = x + lr * gradient(x) + lr * decay * (1 - 2 * x)
        x[x > 1] = 1
        x[x < 0] = 0
        steps -= 1
    return x


# %% solution="points_inside"
def points_inside(maps, boxes):
    hits = []
    for values, (x1, y1, x2, y2) in zip(maps, boxes):
        best, inside = -np.inf, False
        for i in range(values.shape[0]):
            for j in range(values.shape[1]):
                if values[i, j] > best:
                    best, inside = values[i, j], y1 <= i < y2 and x1 <= j < x2
        hits.append(bool(inside))
    return sum(hits) / len(hits)
