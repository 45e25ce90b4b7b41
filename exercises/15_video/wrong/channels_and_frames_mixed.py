# ---
# misconception: The axes are made one without putting them in order.
# loses:
#   test_frame_average: 2
# says:
#   test_frame_average: [mixed up]
# ---

# %% solution="frame_average"
def frame_average(network, clips):
    N, C, D, H, W = clips.shape
    frames = clips
    scores = network(frames.reshape(N * D, C, H, W)).reshape(N, D, -1)
    return scores.mean(axis=1)
