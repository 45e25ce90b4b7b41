# ---
# misconception: Scores are shifted, but the logarithm is taken of a share that has become 0.
# loses:
#   test_softmax_cross_entropy: 1
# says:
#   test_softmax_cross_entropy: [no logarithm of a share]
# ---

# %% solution="softmax_cross_entropy"
def softmax_cross_entropy(scores, labels):
    N = len(scores)
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        loss = -np.log(p[np.arange(N), labels]).mean()
    p[np.arange(N), labels] -= 1
    return loss, p / N
