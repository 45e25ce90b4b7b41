# ---
# misconception: Points are joined by their sum.
# loses:
#   test_pointnet: 3
# says:
#   test_pointnet: ["by their sum"]
# ---

# %% solution="pointnet"
def pointnet(cloud, layers, head):
    features = cloud
    for weight, bias in layers:
        features = np.maximum(features @ weight + bias, 0)
    weight, bias = head
    return features.sum(axis=0) @ weight + bias
