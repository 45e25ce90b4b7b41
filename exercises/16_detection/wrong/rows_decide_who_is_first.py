# ---
# misconception: The finds are gone through in the order of their rows.
# loses:
#   test_right_finds: 3
# says:
#   test_right_finds: [surest find takes]
# ---

# %% solution="right_finds"
def right_finds(overlaps, scores, threshold):
    free = np.array(overlaps, dtype=float)
    right = np.zeros(len(scores), dtype=bool)
    if free.shape[1] == 0:
        return right
    for row in range(len(scores)):
        best = free[row].argmax()
        if free[row, best] >= threshold:
            right[row] = True
            free[:, best] = -1
    return right
