# ---
# misconception: Padding makes the image wider by its width, once.
# loses:
#   test_output_size: 2
# says:
#   test_output_size: [both ends]
# ---

# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0):
    room = size + padding - kernel_size
    if room < 0:
        raise ValueError("the window does not fit")
    return room // stride + 1
