# ---
# how: Closed sums, counting in loops, rounds over the graph, NumPy's convolution.
# ---

# %% solution="receptive_field"
def receptive_field(layers):
    jumps = np.cumprod([1] + [layer[1] for layer in layers])
    grown = [d * (k - 1) * j for (k, _, _, d), j in zip(layers, jumps)]
    moved = [p * j for (_, _, p, _), j in zip(layers, jumps)]
    return np.stack([1 + np.cumsum(grown), jumps[1:], -np.cumsum(moved)], axis=1)


# %% solution="layers_needed"
def layers_needed(target, kernel_size=3):
    if target > 1 and kernel_size < 2:
        raise ValueError("one pixel stays one pixel")
    seen, layers = 1, 0
    while seen < target:
        seen += kernel_size - 1
        layers += 1
    return layers


# %% solution="input_window"
def input_window(layers, index, image_size):
    size, jump, start = 1, 1, 0
    for kernel_size, stride, padding, dilation in layers:
        size += dilation * (kernel_size - 1) * jump
        start -= padding * jump
        jump *= stride
    first = start + index * jump
    return [max(0, first), min(image_size, first + size) - 1]


# %% solution="fields_of_graph"
def fields_of_graph(graph):
    known = {"image": (1, 1)}
    waiting = list(graph)
    while waiting:
        name = waiting.pop(0)
        sources, (kernel_size, stride, padding, dilation) = graph[name]
        if any(source not in known for source in sources):
            waiting.append(name)
            continue
        jump = known[sources[0]][1]
        if any(known[source][1] != jump for source in sources):
            raise ValueError("maps of different sizes")
        size = max(known[source][0] for source in sources)
        known[name] = (size + dilation * (kernel_size - 1) * jump, jump * stride)
    return {name: known[name] for name in graph}


# %% solution="influence"
def influence(layers):
    weights = np.ones(1)
    for kernel_size, stride, _, dilation in layers[::-1]:
        apart = np.zeros((len(weights) - 1) * stride + 1)
        apart[::stride] = weights
        taps = np.zeros((kernel_size - 1) * dilation + 1)
        taps[::dilation] = 1 / kernel_size
        weights = np.convolve(apart, taps)
    return weights


# %% solution="effective_width"
def effective_width(gradients, share=0.95):
    size = np.abs(gradients).sum(0)
    H, W = size.shape
    for w in range(1, min(H, W) + 1, 2):
        rows, columns = (H - w) // 2, (W - w) // 2
        if size[rows : rows + w, columns : columns + w].sum() / size.sum() >= share - 1e-9:
            return w
    return min(H, W)
