# ---
# misconception: The frames are averaged, and the mean picture is scored.
# loses:
#   test_frame_average: 2
# says:
#   test_frame_average: [For other clips]
# ---

# %% solution="frame_average"
def frame_average(network, clips):
    return network(clips.mean(axis=2))
