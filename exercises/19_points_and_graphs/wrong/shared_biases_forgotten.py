# ---
# misconception: The biases of the shared layers are forgotten.
# loses:
#   test_pointnet: 3
# says:
#   test_pointnet: ["has a bias"]
# ---

# %% solution="pointnet"
def pointnet(cloud, layers, head):
    features = cloud
    for weight, bias in layers:
        features = np.maximum(features @ weight, 0)
    weight, bias = head
    return features.max(axis=0) @ weight + bias
