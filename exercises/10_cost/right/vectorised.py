# ---
# how: Arrays take the place of loops, and results come as NumPy numbers.
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
        parameters += weights + maps
        multiply_adds += weights * positions
        numbers += int(np.prod(shape))
    return np.array([parameters, multiply_adds, np.zeros((batch, numbers), np.float32).nbytes])


# %% solution="arithmetic_intensity"
def arithmetic_intensity(in_channels, out_channels, kernel_size, H, W, batch=1, groups=1):
    maps = batch * H * W * np.array([in_channels, out_channels])
    weights = in_channels * out_channels * kernel_size**2 // groups
    operations = 2 * weights * maps[0] / in_channels
    return operations / 4 / (maps.sum() + weights)


# %% solution="network_floor"
def network_floor(layers, P, B):
    work, transport = np.array(layers).T / [[P], [B]]
    floors = np.maximum(work, transport)
    return 1000 * floors.sum(), floors[transport > work].sum() / floors.sum()


# %% solution="fuse_batch_norm"
def fuse_batch_norm(weight, bias, mean, variance, gamma, beta, eps):
    factor = np.diag(gamma * (variance + eps) ** -0.5)
    flat = factor @ weight.reshape(len(weight), -1)
    return flat.reshape(weight.shape), factor @ (bias - mean) + beta


# %% solution="quantize"
def quantize(weight):
    flat = weight.reshape(len(weight), -1)
    largest = np.linalg.norm(flat, np.inf, axis=1)
    scale = largest / 127
    scale[largest == 0] = 1
    return np.round(flat / scale[:, None]).astype("int8").reshape(weight.shape), scale


# %% solution="dequantize"
def dequantize(q, scale):
    return np.einsum("oijk,o->oijk", q, scale, dtype=float, casting="unsafe")


# %% solution="pareto_front"
def pareto_front(cost, accuracy):
    cost, accuracy = np.array(cost), np.array(accuracy)
    order = np.lexsort((np.arange(len(cost)), -accuracy, cost))
    front, best, at = [], -np.inf, None
    for i in order:
        if accuracy[i] > best or (accuracy[i] == best and cost[i] == at):
            front.append(i)
            best, at = accuracy[i], cost[i]
    return np.array(front)


# %% solution="median_latency"
def median_latency(run, clock, warm_up=3, repeats=10):
    ticks = []
    for _ in range(warm_up + repeats):
        before = clock()
        run()
        ticks.append((before, clock()))
    before, after = np.array(ticks[warm_up:]).T
    return np.percentile(1e3 * (after - before), 50)
