# ---
# misconception: The cloud itself is changed.
# loses:
#   test_tilt: 2
# says:
#   test_tilt: ["changed the cloud"]
# ---

# %% solution="tilt"
def tilt(cloud, degrees):
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    y, z = cloud[:, 1].copy(), cloud[:, 2].copy()
    cloud[:, 1], cloud[:, 2] = y * cosine - z * sine, y * sine + z * cosine
    return cloud
