# ---
# misconception: The past of the first samples is the end of the sound.
# loses:
#   test_gated_layer: 3
# says:
#   test_gated_layer: [come in at the beginning]
# ---

# %% solution="gated_layer"
def gated_layer(x, weight_filter, weight_gate, project, dilation):
    C, L = x.shape
    before = np.roll(x, dilation, axis=1)
    what = weight_filter[:, :, 0] @ before + weight_filter[:, :, 1] @ x
    how_much = weight_gate[:, :, 0] @ before + weight_gate[:, :, 1] @ x
    return x + project @ (np.tanh(what) / (1 + np.exp(-how_much)))
