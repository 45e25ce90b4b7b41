# ---
# misconception: Messages are added by an index, which keeps one of several to the same node.
# loses:
#   test_send_messages: 3
# says:
#   test_send_messages: ["added up"]
# ---

# %% solution="send_messages"
def send_messages(x, edges, weight):
    y = np.zeros((len(x), weight.shape[1]))
    y[edges[:, 1]] += np.einsum("eoi,ei->eo", weight[edges[:, 2]], x[edges[:, 0]])
    return y
