# ---
# misconception: A single image is expected, and several of them stop the function.
# loses:
#   test_effective_width: 3
# says:
#   test_effective_width: [Average over the images]
# ---

# %% solution="effective_width"
def effective_width(gradients, share=0.95):
    size = np.abs(gradients).reshape(gradients.shape[1:])
    size = size / size.sum()
    row, column = size.shape[0] // 2, size.shape[1] // 2
    half, widest = 0, min(row, column)
    while half < widest:
        square = size[row - half : row + half + 1, column - half : column + half + 1]
        if square.sum() >= share - 1e-9:
            break
        half += 1
    return 2 * half + 1
