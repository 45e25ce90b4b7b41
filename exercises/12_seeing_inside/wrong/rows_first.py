# ---
# misconception: A box begins with rows.
# loses:
#   test_points_inside: 2
# says:
#   test_points_inside: [x belongs to columns]
# ---

# %% solution="points_inside"
def points_inside(maps, boxes):
    hits = 0
    for values, (x1, y1, x2, y2) in zip(maps, boxes):
        row, column = np.unravel_index(values.argmax(), values.shape)
        hits += x1 <= row < x2 and y1 <= column < y2
    return hits / len(maps)
