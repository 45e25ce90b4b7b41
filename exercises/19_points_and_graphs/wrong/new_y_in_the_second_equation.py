# ---
# misconception: The second equation uses the y that the first one has just changed.
# loses:
#   test_tilt: 2
# says:
#   test_tilt: ["the old y"]
# ---

# %% solution="tilt"
def tilt(cloud, degrees):
    turned = cloud.copy()
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    turned[:, 1] = turned[:, 1] * cosine - turned[:, 2] * sine
    turned[:, 2] = turned[:, 1] * sine + turned[:, 2] * cosine
    return turned
