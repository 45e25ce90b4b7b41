# ---
# misconception: One mean and one deviation do for all channels.
# loses:
#   test_match_preprocessing: 4
# says:
#   test_match_preprocessing: ["of its own"]
# ---

# %% solution="match_preprocessing"
def match_preprocessing(images, mean, std, size):
    x = torch.as_tensor(images) / 255
    if x.ndim == 3:
        x = torch.stack((x, x, x), dim=3)
    x = functional.interpolate(x.permute(0, 3, 1, 2), (size, size), mode="bilinear")
    return (x - torch.tensor(mean).mean()) / torch.tensor(std).mean()
