# ---
# misconception: A later message replaces an earlier one.
# loses:
#   test_send_messages: 3
# says:
#   test_send_messages: ["added up"]
# ---

# %% solution="send_messages"
def send_messages(x, edges, weight):
    y = np.zeros((len(x), weight.shape[1]))
    for source, target, kind in edges:
        y[target] = weight[kind] @ x[source]
    return y
