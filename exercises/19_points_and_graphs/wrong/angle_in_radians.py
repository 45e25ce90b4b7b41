# ---
# misconception: The angle is taken for radians.
# loses:
#   test_tilt: 2
# says:
#   test_tilt: ["in radians"]
# ---

# %% solution="tilt"
def tilt(cloud, degrees):
    x, y, z = cloud.T
    angle = degrees
    sine, cosine = np.sin(angle), np.cos(angle)
    return np.stack([x, y * cosine - z * sine, y * sine + z * cosine], axis=1)
