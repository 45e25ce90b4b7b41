# ---
# misconception: Softmax is taken along the batch instead of along the classes.
# loses:
#   test_softmax_cross_entropy: 4
# says:
#   test_softmax_cross_entropy: [share of the right class]
# ---

# %% solution="softmax_cross_entropy"
def softmax_cross_entropy(scores, labels):
    N = len(scores)
    shifted = scores - scores.max(axis=0)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0))
    grad_scores = np.exp(log_p)
    grad_scores[np.arange(N), labels] -= 1
    return -log_p[np.arange(N), labels].mean(), grad_scores / N
