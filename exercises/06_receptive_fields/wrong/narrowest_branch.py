# ---
# misconception: The shortcut decides, as the narrowest of the ways.
# loses:
#   test_fields_of_graph: 1
# says:
#   test_fields_of_graph: ["*widest*"]
# ---

# %% solution="fields_of_graph"
def fields_of_graph(graph):
    known = {"image": (1, 1)}

    def field(name):
        if name not in known:
            sources, (kernel_size, stride, _, dilation) = graph[name]
            sizes, jumps = zip(*[field(source) for source in sources])
            if len(set(jumps)) > 1:
                raise ValueError(f"{name} is fed by maps of different jumps, {sorted(set(jumps))}")
            size = min(sizes) + dilation * (kernel_size - 1) * jumps[0]
            known[name] = (size, stride * jumps[0])
        return known[name]

    return {name: field(name) for name in graph}
