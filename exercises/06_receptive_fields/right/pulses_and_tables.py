# ---
# how: Pulses sent through the layers, recursion from the top, single precision, tables of sums.
# ---

# %% solution="receptive_field"
def receptive_field(layers):
    fields = []
    for depth in range(1, len(layers) + 1):
        first, second, last = 0, 1, 0
        for k, s, p, d in reversed(layers[:depth]):
            last = last * s - p + d * (k - 1)
            first, second = first * s - p, second * s - p
        fields.append([last - first + 1, second - first, first])
    return fields


# %% solution="layers_needed"
def layers_needed(target, kernel_size=3):
    if target <= 1:
        return np.int64(0)
    if kernel_size <= 1:
        raise ValueError("never")
    return np.int64(np.ceil((target - 1) / (kernel_size - 1)))


# %% solution="input_window"
def input_window(layers, index, image_size):
    reach = np.array([index])
    for kernel_size, stride, padding, dilation in layers[::-1]:
        taps = np.array([0, dilation * (kernel_size - 1)])
        reach = np.unique(reach[:, None] * stride - padding + taps)[[0, -1]]
    first, last = reach.clip(0, image_size - 1)
    return np.array([first, last])


# %% solution="fields_of_graph"
def fields_of_graph(graph, name=None, known=None):
    if name is None:
        known = {}
        for node in graph:
            fields_of_graph(graph, node, known)
        return {node: list(known[node]) for node in graph}
    if name == "image":
        return 1, 1
    if name not in known:
        sources, layer = graph[name]
        below = [fields_of_graph(graph, source, known) for source in sources]
        widest, jump = max(below)
        if min(j for _, j in below) != max(j for _, j in below):
            raise ValueError(name)
        known[name] = (widest + layer[3] * (layer[0] - 1) * jump, jump * layer[1])
    return known[name]


# %% solution="influence"
def influence(layers):
    def below(weights, layer):
        k, s, _, d = layer
        matrix = np.zeros((len(weights), (len(weights) - 1) * s + d * (k - 1) + 1), np.float32)
        rows = np.arange(len(weights))[:, None]
        matrix[rows, rows * s + d * np.arange(k)] = 1 / k
        return weights @ matrix

    weights = np.ones(1, np.float32)
    for layer in reversed(layers):
        weights = below(weights, layer)
    return weights


# %% solution="effective_width"
def effective_width(gradients, share=0.95):
    size = np.sqrt(gradients**2).mean(axis=0)
    H, W = size.shape
    sums = np.zeros((H + 1, W + 1))
    sums[1:, 1:] = size.cumsum(0).cumsum(1)
    half = np.arange(min(H, W) // 2 + 1)
    top, left, bottom, right = H // 2 - half, W // 2 - half, H // 2 + half + 1, W // 2 + half + 1
    held = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    enough = np.flatnonzero(held >= (share - 1e-9) * size.sum())
    return 2 * int(enough[0] if len(enough) else half[-1]) + 1
