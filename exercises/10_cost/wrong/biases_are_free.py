# ---
# misconception: Biases are not counted as parameters.
# loses:
#   test_network_costs: 1
# says:
#   test_network_costs: [has a bias]
# ---

# %% solution="network_costs"
def network_costs(shape, layers, batch=1):
    parameters = multiply_adds = 0
    numbers = int(np.prod(shape))
    for layer in layers:
        values = int(np.prod(shape))
        if layer[0] == "conv":
            _, maps, k, s, p, groups = layer
            weights = maps * (shape[0] // groups) * k * k
            sides = [(side + 2 * p - k) // s + 1 for side in shape[1:]]
            shape = (maps, *sides)
            positions = sides[0] * sides[1]
        else:
            maps, weights, positions = layer[1], values * layer[1], 1
            shape = (maps,)
        parameters += weights
        multiply_adds += weights * positions
        numbers += int(np.prod(shape))
    return parameters, multiply_adds, 4 * batch * numbers
