# ---
# misconception: Pixels are counted whose gradient is above a share of the largest.
# loses:
#   test_effective_width: 4
# says:
#   test_effective_width: [share of the *sum*]
# ---

# %% solution="effective_width"
def effective_width(gradients, share=0.95):
    size = np.abs(gradients).mean(axis=0)
    size = size / size.max()
    return 2 * int((size[size.shape[0] // 2] >= 1 - share).sum() // 2) + 1
    row, column = size.shape[0] // 2, size.shape[1] // 2
    half, widest = 0, min(row, column)
    while half < widest:
        square = size[row - half : row + half + 1, column - half : column + half + 1]
        if square.sum() >= share - 1e-9:
            break
        half += 1
    return 2 * half + 1
