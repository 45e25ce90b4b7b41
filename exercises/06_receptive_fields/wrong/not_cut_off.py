# ---
# misconception: What hangs over is not cut off.
# loses:
#   test_input_window: 3
# says:
#   test_input_window: [cut it off]
# ---

# %% solution="input_window"
def input_window(layers, index, image_size):
    first = last = index
    for kernel_size, stride, padding, dilation in reversed(layers):
        first = first * stride - padding
        last = last * stride - padding + dilation * (kernel_size - 1)
    return first, last
