# ---
# misconception: Messages go from the target to the source.
# loses:
#   test_send_messages: 3
# says:
#   test_send_messages: ["wrong way"]
# ---

# %% solution="send_messages"
def send_messages(x, edges, weight):
    y = np.zeros((len(x), weight.shape[1]))
    for source, target, kind in edges:
        y[source] += weight[kind] @ x[target]
    return y
