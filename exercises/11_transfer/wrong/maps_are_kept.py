# ---
# misconception: Features are what comes out, maps included.
# loses:
#   test_extract_features: 3
# says:
#   test_extract_features: ["maps flattened"]
# ---

# %% solution="extract_features"
def extract_features(features, images, batch_size):
    before = features.training
    features.eval()
    with torch.no_grad():
        rows = [features(piece) for piece in images.split(batch_size)]
    features.train(before)
    return torch.cat(rows)
