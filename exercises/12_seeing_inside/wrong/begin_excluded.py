# ---
# misconception: A box begins behind x1 and y1.
# loses:
#   test_points_inside: 2
# says:
#   test_points_inside: [inside of the box]
# ---

# %% solution="points_inside"
def points_inside(maps, boxes):
    hits = 0
    for values, (x1, y1, x2, y2) in zip(maps, boxes):
        row, column = np.unravel_index(values.argmax(), values.shape)
        hits += x1 < column < x2 and y1 < row < y2
    return hits / len(maps)
