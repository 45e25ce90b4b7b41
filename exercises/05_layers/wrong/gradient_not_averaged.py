# ---
# misconception: The loss is a mean, its gradient the one of a sum.
# loses:
#   test_softmax_cross_entropy: 3
# says:
#   test_softmax_cross_entropy: [too large by the number]
# ---

# %% solution="softmax_cross_entropy"
def softmax_cross_entropy(scores, labels):
    N = len(scores)
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    grad_scores = np.exp(log_p)
    grad_scores[np.arange(N), labels] -= 1
    return -log_p[np.arange(N), labels].mean(), grad_scores
