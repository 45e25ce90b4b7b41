# ---
# misconception: The one is added before the division by the stride.
# loses:
#   test_output_size: 2
# says:
#   test_output_size: [add one afterwards]
# ---

# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0):
    room = size + 2 * padding - kernel_size + 1
    if room < 1:
        raise ValueError("the window does not fit")
    return room // stride
