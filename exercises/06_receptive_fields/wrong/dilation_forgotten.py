# ---
# misconception: Dilation is accepted and never used.
# loses:
#   test_receptive_field: 1
#   test_fields_of_graph: 1
#   test_influence: 3
# says:
#   test_receptive_field: [d apart]
#   test_fields_of_graph: [chain of layers]
#   test_influence: [between the taps]
# ---

# %% solution="receptive_field"
def receptive_field(layers):
    size, jump, start, fields = 1, 1, 0, []
    for kernel_size, stride, padding, dilation in layers:
        size = size + (kernel_size - 1) * jump
        start = start - padding * jump
        jump = jump * stride
        fields.append((size, jump, start))
    return fields


# %% solution="fields_of_graph"
def fields_of_graph(graph):
    known = {"image": (1, 1)}

    def field(name):
        if name not in known:
            sources, (kernel_size, stride, _, dilation) = graph[name]
            sizes, jumps = zip(*[field(source) for source in sources])
            if len(set(jumps)) > 1:
                raise ValueError(f"{name} is fed by maps of different jumps, {sorted(set(jumps))}")
            size = max(sizes) + (kernel_size - 1) * jumps[0]
            known[name] = (size, stride * jumps[0])
        return known[name]

    return {name: field(name) for name in graph}


# %% solution="influence"
def influence(layers):
    above = np.ones(1)
    for kernel_size, stride, _, dilation in reversed(layers):
        below = np.zeros((len(above) - 1) * stride + dilation * (kernel_size - 1) + 1)
        for i, share in enumerate(above):
            for m in range(kernel_size):
                below[i * stride + m] += share / kernel_size
        above = below
    return above
