# ---
# misconception: Without gradients nothing can change.
# loses:
#   test_extract_features: 3
# says:
#   test_extract_features: ["running statistics"]
# ---

# %% solution="extract_features"
def extract_features(features, images, batch_size):
    before = features.training
    with torch.no_grad():
        rows = [features(piece).flatten(1) for piece in images.split(batch_size)]
    features.train(before)
    return torch.cat(rows)
