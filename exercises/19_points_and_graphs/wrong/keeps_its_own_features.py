# ---
# misconception: Each node adds what arrives to its own features.
# loses:
#   test_send_messages: 3
# says:
#   test_send_messages: ["not even their own"]
# ---

# %% solution="send_messages"
def send_messages(x, edges, weight):
    y = np.zeros((len(x), weight.shape[1]))
    y += x.mean(axis=1, keepdims=True)
    for source, target, kind in edges:
        y[target] += weight[kind] @ x[source]
    return y
