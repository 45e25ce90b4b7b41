# ---
# misconception: Ways are counted, not divided by the size of the kernel.
# loses:
#   test_influence: 3
# says:
#   test_influence: [add up to 1]
# ---

# %% solution="influence"
def influence(layers):
    above = np.ones(1)
    for kernel_size, stride, _, dilation in reversed(layers):
        below = np.zeros((len(above) - 1) * stride + dilation * (kernel_size - 1) + 1)
        for i, share in enumerate(above):
            for m in range(kernel_size):
                below[i * stride + dilation * m] += share
        above = below
    return above
