# ---
# misconception: The scores of the frames are added up.
# loses:
#   test_frame_average: 2
# says:
#   test_frame_average: [mean of all frames]
# ---

# %% solution="frame_average"
def frame_average(network, clips):
    N, C, D, H, W = clips.shape
    frames = clips.transpose(0, 2, 1, 3, 4)
    scores = network(frames.reshape(N * D, C, H, W)).reshape(N, D, -1)
    return scores.sum(axis=1)
