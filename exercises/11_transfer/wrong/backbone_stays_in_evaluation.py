# ---
# misconception: A backbone that gives features stays in evaluation mode.
# loses:
#   test_extract_features: 3
# says:
#   test_extract_features: ["mode it was in before"]
# ---

# %% solution="extract_features"
def extract_features(features, images, batch_size):
    before = features.training
    features.eval()
    with torch.no_grad():
        rows = [features(piece).flatten(1) for piece in images.split(batch_size)]
    return torch.cat(rows)
