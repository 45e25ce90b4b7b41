# ---
# misconception: Every weight is multiplied with the same pixel.
# loses:
#   test_output_pixel: 2
# says:
#   test_output_pixel: [pixel of its own]
# ---

# %% solution="output_pixel"
def output_pixel(image, kernel, row, column):
    return float((float(image[row, column]) * kernel).sum())
