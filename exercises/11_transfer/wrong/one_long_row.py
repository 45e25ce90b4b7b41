# ---
# misconception: Features are one long row.
# loses:
#   test_extract_features: 3
# says:
#   test_extract_features: ["three rows"]
# ---

# %% solution="extract_features"
def extract_features(features, images, batch_size):
    before = features.training
    features.eval()
    with torch.no_grad():
        rows = [features(piece).flatten(0) for piece in images.split(batch_size)]
    features.train(before)
    return torch.cat(rows)
