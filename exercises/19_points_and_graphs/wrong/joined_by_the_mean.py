# ---
# misconception: Points are joined by their mean.
# loses:
#   test_pointnet: 3
# says:
#   test_pointnet: ["by their mean"]
# ---

# %% solution="pointnet"
def pointnet(cloud, layers, head):
    features = cloud
    for weight, bias in layers:
        features = np.maximum(features @ weight + bias, 0)
    weight, bias = head
    return features.mean(axis=0) @ weight + bias
