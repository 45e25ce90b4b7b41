# ---
# misconception: The loss is added up over the batch, not averaged.
# loses:
#   test_softmax_cross_entropy: 2
# says:
#   test_softmax_cross_entropy: [mean over the examples]
# ---

# %% solution="softmax_cross_entropy"
def softmax_cross_entropy(scores, labels):
    N = len(scores)
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    grad_scores = np.exp(log_p)
    grad_scores[np.arange(N), labels] -= 1
    return -log_p[np.arange(N), labels].sum(), grad_scores / N
