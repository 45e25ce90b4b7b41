# ---
# how: Plain loops over channels, places and pairs, and sorted ranks in place of all pairs.
# ---

# %% solution="conv1d"
def conv1d(x, weight, dilation=1, causal=False):
    C_out, C_in, K = weight.shape
    past = dilation * (K - 1)
    first = -past if causal else 0
    rows = []
    for o in range(C_out):
        row = []
        for start in range(first, x.shape[1] - past):
            total = 0.0
            for c in range(C_in):
                for k in range(K):
                    place = start + k * dilation
                    if place >= 0:
                        total += x[c, place] * weight[o, c, k]
            row.append(total)
        rows.append(row)
    return np.array(rows, order="F")


# %% solution="field"
def field(kernel_size, dilations):
    earliest = 0
    for dilation in dilations:
        for _ in range(kernel_size - 1):
            earliest -= dilation
    return 1 - earliest


# %% solution="temporal_block"
def temporal_block(x, weight1, weight2, dilation, project=None):
    def layer(x, weight):
        C_out, C_in, K = weight.shape
        y = np.zeros((C_out, x.shape[1]))
        for o in range(C_out):
            for t in range(x.shape[1]):
                for k in range(K):
                    place = t - dilation * (K - 1 - k)
                    if place >= 0:
                        y[o, t] += weight[o, :, k] @ x[:, place]
        return np.where(y > 0, y, 0)

    shortcut = x if project is None else np.array([[p @ place for place in x.T] for p in project])
    y = layer(layer(x, weight1), weight2) + shortcut
    return np.where(y > 0, y, 0)


# %% solution="text_scores"
def text_scores(numbers, table, kernels, weight, bias):
    found = []
    for bank in kernels:
        for kernel in bank:
            best = 0.0
            for start in range(len(numbers) - kernel.shape[1] + 1):
                response = 0.0
                for k in range(kernel.shape[1]):
                    response += table[numbers[start + k]] @ kernel[:, k]
                best = max(best, response)
            found.append(best)
    return [float(row @ np.array(found) + b) for row, b in zip(weight, bias)]


# %% solution="distance_from_average"
def distance_from_average(values, length):
    scores, past = [], []
    for value in values:
        scores.append(abs(value - sum(past) / len(past)) if past else 0.0)
        past = [*past, value][-length:]
    return scores


# %% solution="roc_auc"
def roc_auc(scores, true):
    total = 0.0
    for a in scores[true]:
        total += np.sum(a > scores[~true]) + np.sum(a == scores[~true]) / 2
    return total / (np.sum(true) * np.sum(~true))
