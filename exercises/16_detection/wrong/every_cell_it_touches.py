# ---
# misconception: Every cell that the box touches says that an object is there.
# loses:
#   test_grid_targets: 3
# says:
#   test_grid_targets: [exactly one]
# ---

# %% solution="grid_targets"
def grid_targets(boxes, size, stride, reference):
    rows, columns = size[0] // stride, size[1] // stride
    there, offsets = np.zeros((rows, columns)), np.zeros((4, rows, columns))
    for x1, y1, x2, y2 in boxes:
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        there[int(y1 // stride):int(y2 // stride) + 1, int(x1 // stride):int(x2 // stride) + 1] = 1
        row, column = int(y // stride), int(x // stride)
        offsets[:, row, column] = (
            (x - (column + 0.5) * stride) / reference, (y - (row + 0.5) * stride) / reference,
            np.log((x2 - x1) / reference), np.log((y2 - y1) / reference),
        )
    return there, offsets
