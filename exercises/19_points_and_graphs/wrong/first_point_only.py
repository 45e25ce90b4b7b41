# ---
# misconception: Only the first point of the list is looked at.
# loses:
#   test_pointnet: 3
# says:
#   test_pointnet: ["axis"]
# ---

# %% solution="pointnet"
def pointnet(cloud, layers, head):
    features = cloud
    for weight, bias in layers:
        features = np.maximum(features @ weight + bias, 0)
    weight, bias = head
    return features[0] @ weight + bias
