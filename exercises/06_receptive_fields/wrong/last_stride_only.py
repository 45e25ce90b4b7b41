# ---
# misconception: The index is multiplied with the last layer's stride alone.
# loses:
#   test_input_window: 3
# says:
#   test_input_window: [begins at pixel 12]
# ---

# %% solution="input_window"
def input_window(layers, index, image_size):
    size = 1 + sum(d * (k - 1) * s ** n for n, (k, s, p, d) in enumerate(layers))
    first = index * layers[-1][1]
    return first, first + size - 1
    first = last = index
    for kernel_size, stride, padding, dilation in reversed(layers):
        first = first * stride - padding
        last = last * stride - padding + dilation * (kernel_size - 1)
    return max(first, 0), min(last, image_size - 1)
