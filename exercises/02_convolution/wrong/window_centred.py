# ---
# misconception: Row and column are taken for the centre of the window.
# loses:
#   test_output_pixel: 2
# says:
#   test_output_pixel: [not its centre]
# ---

# %% solution="output_pixel"
def output_pixel(image, kernel, row, column):
    K_h, K_w = kernel.shape
    top, left = row - K_h // 2, column - K_w // 2
    total = 0.0
    for m in range(K_h):
        for n in range(K_w):
            total += float(image[top + m, left + n]) * kernel[m, n]
    return total
