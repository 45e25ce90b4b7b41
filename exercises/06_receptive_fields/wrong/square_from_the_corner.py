# ---
# misconception: Rows and columns are thought to have the same middle.
# loses:
#   test_effective_width: 1
# says:
#   test_effective_width: [middles of]
# ---

# %% solution="effective_width"
def effective_width(gradients, share=0.95):
    size = np.abs(gradients).mean(axis=0)
    size = size / size.sum()
    row = column = size.shape[0] // 2
    half, widest = 0, min(row, column)
    while half < widest:
        square = size[row - half : row + half + 1, column - half : column + half + 1]
        if square.sum() >= share - 1e-9:
            break
        half += 1
    return 2 * half + 1
