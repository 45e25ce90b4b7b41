# ---
# misconception: Biases are left out of the count.
# loses:
#   test_activation_table: 1
# says:
#   test_activation_table: [has a bias]
# ---

# %% solution="activation_table"
def activation_table(shape, layers):
    rows = []
    for layer in layers:
        values = int(np.prod(shape))
        parameters = 0
        if layer[0] == "dense":
            shape = (layer[1],)
            parameters = values * layer[1]
        elif layer[0] == "pool":
            _, k, s = layer
            shape = (shape[0], (shape[1] - k) // s + 1, (shape[2] - k) // s + 1)
        else:
            _, out, k, s, p = layer
            parameters = (shape[0] * k * k) * out
            shape = (out, (shape[1] + 2 * p - k) // s + 1, (shape[2] + 2 * p - k) // s + 1)
        rows.append((shape, int(np.prod(shape)), parameters))
    return rows
