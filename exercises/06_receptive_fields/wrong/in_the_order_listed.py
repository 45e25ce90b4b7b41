# ---
# misconception: Nodes are treated in the order in which they are listed.
# loses:
#   test_fields_of_graph: 2
# says:
#   test_fields_of_graph: [before the nodes that feed it]
# ---

# %% solution="fields_of_graph"
def fields_of_graph(graph):
    known = {"image": (1, 1)}
    for name, (sources, (kernel_size, stride, _, dilation)) in graph.items():
        sizes = [known.get(source, (1, 1))[0] for source in sources]
        jumps = [known.get(source, (1, 1))[1] for source in sources]
        if len(set(jumps)) > 1 and all(source in known for source in sources):
            raise ValueError("different jumps")
        size = max(sizes) + dilation * (kernel_size - 1) * jumps[0]
        known[name] = (size, stride * jumps[0])
    del known["image"]
    return known
