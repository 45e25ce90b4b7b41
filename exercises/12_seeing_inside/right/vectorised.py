# ---
# how: Whole arrays, another order of the same steps, and views in place of copies where that is safe.
# ---

# %% solution="saliency"
def saliency(gradient, x):
    slopes = np.asarray(gradient(x))
    return np.maximum(slopes.max(axis=0), -slopes.min(axis=0))


# %% solution="occlusion_map"
def occlusion_map(probability, x, size, stride, value):
    inside = np.zeros(x.shape[1:], bool)
    starts = [range(0, side - size + 1, stride) for side in x.shape[1:]]
    falls = []
    for top in starts[0]:
        for left in starts[1]:
            square = inside.copy()
            square[top : top + size, left : left + size] = True
            falls.append(probability(np.where(square, value, x)))
    return probability(x) - np.reshape(falls, [len(places) for places in starts])


# %% solution="grad_cam"
def grad_cam(maps, gradient):
    total = np.einsum("kij,kmn->mn", gradient, maps) / gradient[0].size
    return (total + np.abs(total)) / 2


# %% solution="fgsm"
def fgsm(gradient, x, eps):
    slopes = np.asarray(gradient(x))
    return np.minimum(np.maximum(x + eps * (slopes > 0) - eps * (slopes < 0), 0), 1)


# %% solution="climb"
def climb(gradient, start, steps, lr, decay):
    centred = start - 0.5
    for _ in range(steps):
        centred = (1 - 2 * lr * decay) * centred + lr * np.asarray(gradient(centred + 0.5))
        centred = centred.clip(-0.5, 0.5)
    return centred + 0.5


# %% solution="points_inside"
def points_inside(maps, boxes):
    rows, columns = np.divmod(maps.reshape(len(maps), -1).argmax(axis=1), maps.shape[2])
    x1, y1, x2, y2 = np.transpose(boxes)
    return np.mean((x1 <= columns) & (columns < x2) & (y1 <= rows) & (rows < y2))
