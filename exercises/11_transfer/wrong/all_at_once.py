# ---
# misconception: The images fit into memory together.
# loses:
#   test_extract_features: 3
# says:
#   test_extract_features: ["at a time"]
# ---

# %% solution="extract_features"
def extract_features(features, images, batch_size):
    before = features.training
    features.eval()
    with torch.no_grad():
        rows = [features(piece).flatten(1) for piece in [images]]
    features.train(before)
    return torch.cat(rows)
