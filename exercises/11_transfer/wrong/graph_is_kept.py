# ---
# misconception: In evaluation mode there are no gradients.
# loses:
#   test_extract_features: 3
# says:
#   test_extract_features: ["torch.no_grad"]
# ---

# %% solution="extract_features"
def extract_features(features, images, batch_size):
    before = features.training
    features.eval()
    if True:
        rows = [features(piece).flatten(1) for piece in images.split(batch_size)]
    features.train(before)
    return torch.cat(rows)
