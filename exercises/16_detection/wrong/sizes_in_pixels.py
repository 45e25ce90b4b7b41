# ---
# misconception: Width and height are left in pixels.
# loses:
#   test_grid_targets: 3
# says:
#   test_grid_targets: [logarithms]
# ---

# %% solution="grid_targets"
def grid_targets(boxes, size, stride, reference):
    rows, columns = size[0] // stride, size[1] // stride
    there, offsets = np.zeros((rows, columns)), np.zeros((4, rows, columns))
    for x1, y1, x2, y2 in boxes:
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        row, column = int(y // stride), int(x // stride)
        there[row, column] = 1
        offsets[:, row, column] = (
            (x - (column + 0.5) * stride) / reference,
            (y - (row + 0.5) * stride) / reference,
            x2 - x1, y2 - y1,
        )
    return there, offsets
