# ---
# misconception: Both sides are the same function.
# loses:
#   test_gated_layer: 3
# says:
#   test_gated_layer: [half open]
# ---

# %% solution="gated_layer"
def gated_layer(x, weight_filter, weight_gate, project, dilation):
    C, L = x.shape
    before = np.concatenate([np.zeros((C, dilation)), x], axis=1)[:, :L]
    what = weight_filter[:, :, 0] @ before + weight_filter[:, :, 1] @ x
    how_much = weight_gate[:, :, 0] @ before + weight_gate[:, :, 1] @ x
    return x + project @ (np.tanh(what) * np.tanh(how_much))
