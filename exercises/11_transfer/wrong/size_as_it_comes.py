# ---
# misconception: A convolutional network takes images of any size, so they stay as they are.
# loses:
#   test_match_preprocessing: 4
# says:
#   test_match_preprocessing: ["brought to size"]
# ---

# %% solution="match_preprocessing"
def match_preprocessing(images, mean, std, size):
    x = torch.as_tensor(images) / 255
    if x.ndim == 3:
        x = torch.stack((x, x, x), dim=3)
    x = x.permute(0, 3, 1, 2)
    return (x - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)
