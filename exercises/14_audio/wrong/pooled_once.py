# ---
# misconception: The network pools once, behind its last stage.
# loses:
#   test_audio_scores: 1
# says:
#   test_audio_scores: [halves both sides]
# ---

# %% solution="audio_scores"
def audio_scores(picture, stages, weight, bias):
    for kernels, scale, shift in stages:
        padded = np.pad(picture, ((0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        maps = np.einsum("chwij,ocij->ohw", windows, kernels)
        maps = np.maximum(scale[:, None, None] * maps + shift[:, None, None], 0)
        picture = maps
    h, w = maps.shape[1] // 2, maps.shape[2] // 2
    picture = maps[:, : 2 * h, : 2 * w].reshape(-1, h, 2, w, 2).max(axis=(2, 4))
    return weight @ picture.mean(axis=(1, 2)) + bias
