# ---
# misconception: The range is kept once, at the end.
# loses:
#   test_climb: 3
# says:
#   test_climb: [in *each* step]
# ---

# %% solution="climb"
def climb(gradient, start, steps, lr, decay):
    x = start
    for _ in range(steps):
        x = x + lr * (gradient(x) - 2 * decay * (x - 0.5))
    return np.clip(x, 0, 1)
