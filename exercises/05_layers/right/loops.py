# ---
# how: Plain loops over single numbers and channels, lists where arrays are not needed.
# ---

# %% solution="relu"
def relu(x):
    y = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        if x[place] > 0:
            y[place] = x[place]
    return y


# %% solution="relu_backward"
def relu_backward(grad_output, x):
    grad_x = grad_output.copy()
    grad_x[~(x > 0)] = 0
    return grad_x


# %% solution="linear"
def linear(x, weight, bias):
    return np.array(
        [
            [sum(a * w for a, w in zip(example, unit)) + b for unit, b in zip(weight, bias)]
            for example in x
        ]
    )


# %% solution="linear_backward"
def linear_backward(grad_output, x, weight):
    grad_x, grad_weight = np.zeros(x.shape), np.zeros(weight.shape)
    grad_bias = np.zeros(len(weight))
    for n in range(len(x)):
        for o in range(len(weight)):
            grad_x[n] += grad_output[n, o] * weight[o]
            grad_weight[o] += grad_output[n, o] * x[n]
            grad_bias[o] += grad_output[n, o]
    return [grad_x, grad_weight, grad_bias]


# %% solution="batch_norm"
def batch_norm(x, weight, bias, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    y, means, variances = np.empty(x.shape), [], []
    for c in range(x.shape[1]):
        values = x[:, c]
        mean, var = running_mean[c], running_var[c]
        means.append(mean)
        variances.append(var)
        if training:
            mean = values.sum() / values.size
            squares = ((values - mean) ** 2).sum()
            var = squares / values.size
            means[c] += momentum * (mean - means[c])
            variances[c] += momentum * (squares / (values.size - 1) - variances[c])
        y[:, c] = weight[c] * (values - mean) / (var + eps) ** 0.5 + bias[c]
    return y, means, variances


# %% solution="batch_norm_backward"
def batch_norm_backward(grad_output, x, weight, eps=1e-5):
    grad_x, grad_weight, grad_bias = np.empty(x.shape), [], []
    for c in range(x.shape[1]):
        values, g = x[:, c], grad_output[:, c]
        n = values.size
        centred = values - values.mean()
        inverse = (np.mean(centred**2) + eps) ** -0.5
        grad_standard = g * weight[c]
        grad_var = np.sum(grad_standard * centred) * -0.5 * inverse**3
        grad_mean = -np.sum(grad_standard) * inverse
        grad_x[:, c] = grad_standard * inverse + grad_var * 2 * centred / n + grad_mean / n
        grad_weight.append(np.sum(g * centred * inverse))
        grad_bias.append(np.sum(g))
    return grad_x, grad_weight, grad_bias


# %% solution="dropout"
def dropout(x, p, seed, training=True):
    if not training:
        return x.copy(), np.ones_like(x)
    rng = np.random.default_rng(seed)
    mask = np.array([0.0 if rng.random() < p else 1 / (1 - p) for _ in range(x.size)])
    mask = mask.reshape(x.shape)
    return mask * x, mask


# %% solution="softmax_cross_entropy"
def softmax_cross_entropy(scores, labels):
    loss, gradient = 0.0, []
    for row, label in zip(scores, labels):
        largest = max(row)
        total = sum(np.exp(score - largest) for score in row)
        loss += np.log(total) + largest - row[label]
        shares = [np.exp(score - largest) / total for score in row]
        gradient.append([(p - (k == label)) / len(labels) for k, p in enumerate(shares)])
    return loss / len(labels), np.array(gradient)
