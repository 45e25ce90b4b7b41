# ---
# misconception: Multiply-adds are counted at the positions of the input.
# loses:
#   test_network_costs: 1
# says:
#   test_network_costs: [position of the]
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
            before = shape
            sides = [(side + 2 * p - k) // s + 1 for side in shape[1:]]
            shape = (maps, *sides)
            positions = before[1] * before[2]
        else:
            maps, weights, positions = layer[1], values * layer[1], 1
            shape = (maps,)
        parameters += weights + maps
        multiply_adds += weights * positions
        numbers += int(np.prod(shape))
    return parameters, multiply_adds, 4 * batch * numbers
