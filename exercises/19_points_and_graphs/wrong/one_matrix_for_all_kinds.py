# ---
# misconception: The first matrix is used for every edge.
# loses:
#   test_send_messages: 3
# says:
#   test_send_messages: ["of its *kind*"]
# ---

# %% solution="send_messages"
def send_messages(x, edges, weight):
    y = np.zeros((len(x), weight.shape[1]))
    for source, target, kind in edges:
        y[target] += weight[0] @ x[source]
    return y
