# ---
# misconception: The cloud is turned about the z axis.
# loses:
#   test_tilt: 2
# says:
#   test_tilt: ["leaves x as it is"]
# ---

# %% solution="tilt"
def tilt(cloud, degrees):
    x, y, z = cloud.T
    angle = np.deg2rad(degrees)
    sine, cosine = np.sin(angle), np.cos(angle)
    return np.stack([x * cosine - y * sine, x * sine + y * cosine, z], axis=1)
