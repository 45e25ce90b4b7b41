# ---
# misconception: A window that is too large simply has no place.
# loses:
#   test_output_size: 2
# says:
#   test_output_size: [raise ValueError]
# ---

# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0):
    return max(0, (size + 2 * padding - kernel_size) // stride + 1)
