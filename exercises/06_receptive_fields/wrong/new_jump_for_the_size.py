# ---
# misconception: The jump is brought up to date before it is used.
# loses:
#   test_receptive_field: 3
# says:
#   test_receptive_field: ["*old* jump"]
# ---

# %% solution="receptive_field"
def receptive_field(layers):
    size, jump, start, fields = 1, 1, 0, []
    for kernel_size, stride, padding, dilation in layers:
        jump = jump * stride
        size = size + dilation * (kernel_size - 1) * jump
        start = start - padding * jump
        fields.append((size, jump, start))
    return fields
