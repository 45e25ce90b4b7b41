# ---
# misconception: Padding is counted in pixels of the image at every depth.
# loses:
#   test_receptive_field: 1
# says:
#   test_receptive_field: [padding times the *old* jump]
# ---

# %% solution="receptive_field"
def receptive_field(layers):
    size, jump, start, fields = 1, 1, 0, []
    for kernel_size, stride, padding, dilation in layers:
        size = size + dilation * (kernel_size - 1) * jump
        start = start - padding
        jump = jump * stride
        fields.append((size, jump, start))
    return fields
