# ---
# misconception: A window that hangs over is moved into the image.
# loses:
#   test_input_window: 3
# says:
#   test_input_window: [leave its other end]
# ---

# %% solution="input_window"
def input_window(layers, index, image_size):
    first = last = index
    for kernel_size, stride, padding, dilation in reversed(layers):
        first = first * stride - padding
        last = last * stride - padding + dilation * (kernel_size - 1)
    if first < 0:
        first, last = 0, last - first
    return first, min(last, image_size - 1)
