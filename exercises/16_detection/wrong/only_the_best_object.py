# ---
# misconception: A find asks only for the object it overlaps most, taken or not.
# loses:
#   test_right_finds: 3
# says:
#   test_right_finds: [nobody has taken]
# ---

# %% solution="right_finds"
def right_finds(overlaps, scores, threshold):
    free = np.array(overlaps, dtype=float)
    right = np.zeros(len(scores), dtype=bool)
    if free.shape[1] == 0:
        return right
    for row in np.argsort(-scores):
        best = overlaps[row].argmax()
        if free[row, best] >= threshold:
            right[row] = True
            free[:, best] = -1
    return right
