# ---
# misconception: All pixels of a field are thought to count alike.
# loses:
#   test_influence: 3
# says:
#   test_influence: [count alike in yours]
# ---

# %% solution="influence"
def influence(layers):
    above = np.ones(1)
    for kernel_size, stride, _, dilation in reversed(layers):
        below = np.zeros((len(above) - 1) * stride + dilation * (kernel_size - 1) + 1)
        for i, share in enumerate(above):
            for m in range(kernel_size):
                below[i * stride + dilation * m] += share / kernel_size
        above = below
    return np.full(len(above), 1 / len(above))
