# ---
# misconception: The padding in front is ignored.
# loses:
#   test_input_window: 3
# says:
#   test_input_window: [moves every window]
# ---

# %% solution="input_window"
def input_window(layers, index, image_size):
    first = last = index
    for kernel_size, stride, padding, dilation in reversed(layers):
        first = first * stride
        last = last * stride + dilation * (kernel_size - 1)
    return max(first, 0), min(last, image_size - 1)
