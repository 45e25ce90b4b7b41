# ---
# misconception: One always goes against a gradient.
# loses:
#   test_climb: 3
# says:
#   test_climb: [climb, not descend]
# ---

# %% solution="climb"
def climb(gradient, start, steps, lr, decay):
    x = start
    for _ in range(steps):
        x = np.clip(x - lr * (gradient(x) + 2 * decay * (x - 0.5)), 0, 1)
    return x
