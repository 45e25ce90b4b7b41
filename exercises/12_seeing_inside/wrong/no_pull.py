# ---
# misconception: The decay is for weights.
# loses:
#   test_climb: 3
# says:
#   test_climb: [pull to gray]
# ---

# %% solution="climb"
def climb(gradient, start, steps, lr, decay):
    x = start
    for _ in range(steps):
        x = np.clip(x + lr * gradient(x), 0, 1)
    return x
