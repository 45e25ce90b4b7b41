# ---
# how: Plain loops, sums of whole numbers, and answers in single precision or another memory order.
# ---

# %% solution="network_costs"
def network_costs(shape, layers, batch=1):
    values = 1
    for size in shape:
        values *= size
    parameters, multiply_adds, kept = 0, 0, values
    for kind, *rest in layers:
        if kind == "dense":
            work = values * rest[0]
            parameters += work + rest[0]
            values = rest[0]
        else:
            maps, K, stride, padding, groups = rest
            rows = len(range(-padding, shape[1] + padding - K + 1, stride))
            columns = len(range(-padding, shape[2] + padding - K + 1, stride))
            weights = maps * shape[0] * K * K // groups
            parameters += weights + maps
            work = weights * rows * columns
            shape, values = (maps, rows, columns), maps * rows * columns
        multiply_adds += work
        kept += values
    return [parameters, multiply_adds, sum(4 * kept for _ in range(batch))]


# %% solution="arithmetic_intensity"
def arithmetic_intensity(in_channels, out_channels, kernel_size, H, W, batch=1, groups=1):
    sizes = (
        (batch, in_channels, H, W),
        (out_channels, in_channels // groups, kernel_size, kernel_size),
        (batch, out_channels, H, W),
    )
    moved = sum(np.zeros(size, dtype=np.float32).nbytes for size in sizes)
    one_output = 2 * in_channels // groups * kernel_size**2
    return np.float32(np.prod(sizes[2]) * one_output / moved)


# %% solution="network_floor"
def network_floor(layers, P, B):
    floors = {"processor": 0.0, "memory": 0.0}
    for operations, moved in layers:
        by_processor, by_memory = operations / P, moved / B
        limit = "memory" if by_memory > by_processor else "processor"
        floors[limit] += 1e3 * max(by_processor, by_memory)
    total = floors["processor"] + floors["memory"]
    return [total, np.float32(floors["memory"] / total)]


# %% solution="fuse_batch_norm"
def fuse_batch_norm(weight, bias, mean, variance, gamma, beta, eps):
    new_weight = np.zeros(weight.shape, dtype=np.float32, order="F")
    new_bias = []
    for o in range(len(weight)):
        deviation = float(variance[o] + eps) ** 0.5
        new_weight[o] = weight[o] * gamma[o] / deviation
        new_bias.append(gamma[o] * (bias[o] - mean[o]) / deviation + beta[o])
    return [new_weight, np.array(new_bias)]


# %% solution="quantize"
def quantize(weight):
    q = np.zeros(weight.shape, dtype=np.int8, order="F")
    scale = np.ones(len(weight), dtype=np.float32)
    for o, kernel in enumerate(weight):
        largest = max(abs(float(kernel.min())), abs(float(kernel.max())))
        if largest:
            scale[o] = largest / 127
            q[o] = np.floor(kernel / (largest / 127) + 0.5)
    return q, scale


# %% solution="dequantize"
def dequantize(q, scale):
    weight = np.empty(q.shape, dtype=np.float32)
    for place in np.ndindex(q.shape):
        weight[place] = int(q[place]) * float(scale[place[0]])
    return weight


# %% solution="pareto_front"
def pareto_front(cost, accuracy):
    def is_beaten(i):
        for other_cost, other_accuracy in zip(cost, accuracy):
            if other_cost < cost[i] and other_accuracy >= accuracy[i]:
                return True
            if other_cost <= cost[i] and other_accuracy > accuracy[i]:
                return True
        return False

    ranked = sorted(range(len(cost)), key=lambda i: (cost[i], i))
    return tuple(i for i in ranked if not is_beaten(i))


# %% solution="median_latency"
def median_latency(run, clock, warm_up=3, repeats=10):
    times = []
    for number in range(warm_up + repeats):
        start = clock()
        run()
        if number >= warm_up:
            times.append((clock() - start) * 1000)
    times.sort()
    return (times[repeats // 2] + times[(repeats - 1) // 2]) / 2
