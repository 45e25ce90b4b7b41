# ---
# misconception: The layers are gone through from the image upwards.
# loses:
#   test_influence: 3
# says:
#   test_influence: ["*last* layer down"]
# ---

# %% solution="influence"
def influence(layers):
    above = np.ones(1)
    for kernel_size, stride, _, dilation in layers:
        below = np.zeros((len(above) - 1) * stride + dilation * (kernel_size - 1) + 1)
        for i, share in enumerate(above):
            for m in range(kernel_size):
                below[i * stride + dilation * m] += share / kernel_size
        above = below
    return above
