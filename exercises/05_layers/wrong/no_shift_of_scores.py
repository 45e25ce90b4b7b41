# ---
# misconception: The exponential is taken of the scores as they are.
# loses:
#   test_softmax_cross_entropy: 1
# says:
#   test_softmax_cross_entropy: [Scores of 10]
# ---

# %% solution="softmax_cross_entropy"
def softmax_cross_entropy(scores, labels):
    N = len(scores)
    with np.errstate(all="ignore"):
        p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(N), labels]).mean()
    p[np.arange(N), labels] -= 1
    return loss, p / N
