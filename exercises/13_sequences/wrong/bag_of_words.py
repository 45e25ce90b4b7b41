# ---
# misconception: The order of the words does not matter.
# loses:
#   test_text_scores: 3
# says:
#   test_text_scores: [another phrase]
# ---

# %% solution="text_scores"
def text_scores(numbers, table, kernels, weight, bias):
    words = table[numbers].T
    found = []
    for bank in kernels:
        K = bank.shape[2]
        places = words.shape[1] - K + 1
        windows = np.array([words[:, t : t + K] for t in range(places)])
        responses = np.einsum("ock,tck->ot", bank, windows)
        bag = np.einsum("oc,c->o", bank.max(axis=2), np.minimum(words.sum(axis=1), 1))
        found.append(np.maximum(bag, 0) + 0 * responses.max(axis=1))
    return weight @ np.concatenate(found) + bias
