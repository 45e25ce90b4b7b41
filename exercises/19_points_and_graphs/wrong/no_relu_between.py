# ---
# misconception: The shared layers have no ReLU.
# loses:
#   test_pointnet: 3
# says:
#   test_pointnet: ["there is a ReLU"]
# ---

# %% solution="pointnet"
def pointnet(cloud, layers, head):
    features = cloud
    for weight, bias in layers:
        features = features @ weight + bias
    weight, bias = head
    return features.max(axis=0) @ weight + bias
