# ---
# misconception: A batch that is not full is left out, as in training.
# loses:
#   test_extract_features: 3
# says:
#   test_extract_features: ["smaller batch"]
# ---

# %% solution="extract_features"
def extract_features(features, images, batch_size):
    before = features.training
    features.eval()
    with torch.no_grad():
        rows = [features(piece).flatten(1) for piece in images.split(batch_size)
                if len(piece) == batch_size]
    features.train(before)
    return torch.cat(rows)
