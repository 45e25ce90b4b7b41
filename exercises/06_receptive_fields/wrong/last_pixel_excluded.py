# ---
# misconception: The last pixel is named as in a slice, one too far.
# loses:
#   test_input_window: 3
# says:
#   test_input_window: [a pixel too wide]
# ---

# %% solution="input_window"
def input_window(layers, index, image_size):
    first = last = index
    for kernel_size, stride, padding, dilation in reversed(layers):
        first = first * stride - padding
        last = last * stride - padding + dilation * (kernel_size - 1)
    return max(first, 0), min(last + 1, image_size)
