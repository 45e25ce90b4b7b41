# ---
# misconception: The scores go through a ReLU as well.
# loses:
#   test_pointnet: 3
# says:
#   test_pointnet: ["no ReLU behind the head"]
# ---

# %% solution="pointnet"
def pointnet(cloud, layers, head):
    features = cloud
    for weight, bias in layers:
        features = np.maximum(features @ weight + bias, 0)
    weight, bias = head
    return np.maximum(features.max(axis=0) @ weight + bias, 0)
