# ---
# misconception: The picture is convolved without anything around it.
# loses:
#   test_audio_scores: 4
# says:
#   test_audio_scores: [nothing was left]
# ---

# %% solution="audio_scores"
def audio_scores(picture, stages, weight, bias):
    for kernels, scale, shift in stages:
        _, H, W = picture.shape
        maps = sum(
            np.tensordot(kernels[:, :, i, j], picture[:, i : H - 2 + i, j : W - 2 + j], 1)
            for i in range(3)
            for j in range(3)
        )
        maps = np.maximum(scale[:, None, None] * maps + shift[:, None, None], 0)
        h, w = maps.shape[1] // 2, maps.shape[2] // 2
        picture = maps[:, : 2 * h, : 2 * w].reshape(len(maps), h, 2, w, 2).max(axis=(2, 4))
    return weight @ picture.mean(axis=(1, 2)) + bias
