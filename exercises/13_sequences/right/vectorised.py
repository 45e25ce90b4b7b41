# ---
# how: Windows as views, cumulative sums and ranks, in single precision where it is enough.
# ---

# %% solution="conv1d"
def conv1d(x, weight, dilation=1, causal=False):
    span = dilation * (weight.shape[2] - 1)
    padded = np.pad(x, ((0, 0), (span if causal else 0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, span + 1, axis=1)[..., ::dilation]
    return np.tensordot(weight, windows, axes=((1, 2), (0, 2)))


# %% solution="field"
def field(kernel_size, dilations):
    return int((kernel_size - 1) * np.sum(dilations) + 1)


# %% solution="temporal_block"
def temporal_block(x, weight1, weight2, dilation, project=None):
    z = x
    for weight in (weight1, weight2):
        K = weight.shape[2]
        full = np.einsum("ock,cl->klo", weight, z)
        y = np.zeros((z.shape[1], len(weight)))
        for k in range(K):
            late = dilation * (K - 1 - k)
            if late < len(y):
                y[late:] += full[k, : len(y) - late]
        z = y.T.clip(0)
    return (z + (x if project is None else np.einsum("oc,cl->ol", project, x))).clip(0)


# %% solution="text_scores"
def text_scores(numbers, table, kernels, weight, bias):
    words = np.take(table, numbers, axis=0).T
    found = np.hstack([
        np.tensordot(
            bank, np.lib.stride_tricks.sliding_window_view(words, bank.shape[2], axis=1),
            axes=((1, 2), (0, 2)),
        ).max(axis=1, initial=0)
        for bank in kernels
    ])
    return (weight * found).sum(axis=1) + bias


# %% solution="distance_from_average"
def distance_from_average(values, length):
    sums = np.concatenate([[0.0], np.cumsum(values)])
    here = np.arange(len(values))
    since = np.maximum(here - length, 0)
    means = (sums[here] - sums[since]) / np.maximum(here - since, 1)
    return np.abs(np.where(here > 0, values - means, 0))


# %% solution="roc_auc"
def roc_auc(scores, true):
    values, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    n = int(true.sum())
    return np.float32((ranks[true].sum() - n * (n + 1) / 2) / (n * (len(true) - n)))
