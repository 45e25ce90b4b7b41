# ---
# misconception: Kernel sizes are added up, as if windows did not overlap.
# loses:
#   test_receptive_field: 2
# says:
#   test_receptive_field: [Three plain 3 x 3 layers]
# ---

# %% solution="receptive_field"
def receptive_field(layers):
    size, jump, start, fields = 1, 1, 0, []
    for kernel_size, stride, padding, dilation in layers:
        size = size + dilation * kernel_size * jump
        start = start - padding * jump
        jump = jump * stride
        fields.append((size, jump, start))
    return fields
