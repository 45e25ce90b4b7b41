# ---
# how: Single precision, other memory orders, views, and NumPy's other tools.
# ---

# %% solution="relu"
def relu(x):
    return np.asfortranarray(x.clip(min=0).astype(np.float32))


# %% solution="relu_backward"
def relu_backward(grad_output, x):
    room = np.zeros((2, *x.shape), dtype=np.float32)
    np.copyto(room[1], grad_output, where=x > 0, casting="unsafe")
    return room[1]


# %% solution="linear"
def linear(x, weight, bias):
    return (weight.astype(np.float32) @ x.T.astype(np.float32) + bias[:, None]).T


# %% solution="linear_backward"
def linear_backward(grad_output, x, weight):
    g, x, weight = (a.astype(np.float32) for a in (grad_output, x, weight))
    return np.dot(weight.T, g.T).T, np.einsum("no,nd->od", g, x), np.ones(len(g)) @ g


# %% solution="batch_norm"
def batch_norm(x, weight, bias, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    columns = x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])  # channels last
    mean, var = running_mean.copy(), running_var.copy()
    if training:
        mean, var = columns.mean(0), columns.var(0)
        unbiased = np.cov(columns.T).reshape(x.shape[1], -1).diagonal()
        running_mean = running_mean * (1 - momentum) + mean * momentum
        running_var = running_var * (1 - momentum) + unbiased * momentum
    y = ((columns - mean) / np.sqrt(var + eps) * weight + bias).astype(np.float32)
    return y.reshape(x[:, 0].shape + (-1,)).transpose(0, 3, 1, 2), running_mean, running_var


# %% solution="batch_norm_backward"
def batch_norm_backward(grad_output, x, weight, eps=1e-5):
    N, C, H, W = x.shape
    n = N * H * W
    rows = x.transpose(1, 0, 2, 3).reshape(C, n)
    g = grad_output.transpose(1, 0, 2, 3).reshape(C, n)
    sigma = np.sqrt(np.var(rows, axis=1) + eps)
    standard = (rows - rows.mean(axis=1)[:, None]) / sigma[:, None]
    grad_bias, grad_weight = g.sum(axis=1), (g * standard).sum(axis=1)
    inner = n * g - grad_bias[:, None] - standard * grad_weight[:, None]
    grad_x = (weight / (n * sigma))[:, None] * inner
    return (
        grad_x.reshape(C, N, H, W).swapaxes(0, 1),
        grad_weight.astype(np.float32),
        grad_bias.astype(np.float32),
    )


# %% solution="dropout"
def dropout(x, p, seed, training=True):
    p = p if training else 0.0
    mask = np.random.default_rng(seed).binomial(1, 1 - p, size=x.shape).astype(np.float32)
    mask /= 1 - p
    return (x * mask).astype(np.float32), mask


# %% solution="softmax_cross_entropy"
def softmax_cross_entropy(scores, labels):
    N, K = scores.shape
    log_total = np.logaddexp.reduce(scores, axis=1)
    log_p = scores - log_total[:, None]
    target = np.eye(K, dtype=np.float32)[labels]
    loss = np.float32(-(log_p * target).sum() / N)
    return loss, np.asfortranarray((np.exp(log_p) - target) / N)
