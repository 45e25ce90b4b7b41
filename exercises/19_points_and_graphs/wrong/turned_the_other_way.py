# ---
# misconception: The signs of the sine are exchanged, so that the cloud turns the other way.
# loses:
#   test_tilt: 2
# says:
#   test_tilt: ["the other way round"]
# ---

# %% solution="tilt"
def tilt(cloud, degrees):
    x, y, z = cloud.T
    angle = np.deg2rad(degrees)
    sine, cosine = np.sin(angle), np.cos(angle)
    return np.stack([x, y * cosine + z * sine, z * cosine - y * sine], axis=1)
