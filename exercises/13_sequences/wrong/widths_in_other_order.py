# ---
# misconception: The widest kernels come first.
# loses:
#   test_text_scores: 3
# says:
#   test_text_scores: [one behind the other]
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
        found.insert(0, np.maximum(responses, 0).max(axis=1))
    return weight @ np.concatenate(found) + bias
