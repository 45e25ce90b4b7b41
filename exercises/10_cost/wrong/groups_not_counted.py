# ---
# misconception: Groups are accepted and not counted.
# loses:
#   test_network_costs: 2
#   test_arithmetic_intensity: 2
# says:
#   test_network_costs: [channels of its group]
#   test_arithmetic_intensity: [halves the weights]
# ---

# %% solution="network_costs"
def network_costs(shape, layers, batch=1):
    parameters = multiply_adds = 0
    numbers = int(np.prod(shape))
    for layer in layers:
        values = int(np.prod(shape))
        if layer[0] == "conv":
            _, maps, k, s, p, groups = layer
            weights = maps * (shape[0]) * k * k
            sides = [(side + 2 * p - k) // s + 1 for side in shape[1:]]
            shape = (maps, *sides)
            positions = sides[0] * sides[1]
        else:
            maps, weights, positions = layer[1], values * layer[1], 1
            shape = (maps,)
        parameters += weights + maps
        multiply_adds += weights * positions
        numbers += int(np.prod(shape))
    return parameters, multiply_adds, 4 * batch * numbers


# %% solution="arithmetic_intensity"
def arithmetic_intensity(in_channels, out_channels, kernel_size, H, W, batch=1, groups=1):
    weights = kernel_size**2 * (in_channels) * out_channels
    positions = batch * H * W
    numbers = positions * (in_channels + out_channels) + weights
    return 2 * positions * weights / (4 * numbers)
