# ---
# misconception: The gradient is asked for once.
# loses:
#   test_climb: 3
# says:
#   test_climb: [asked for anew]
# ---

# %% solution="climb"
def climb(gradient, start, steps, lr, decay):
    x, slope = start, gradient(start)
    for _ in range(steps):
        x = np.clip(x + lr * (slope - 2 * decay * (x - 0.5)), 0, 1)
    return x
