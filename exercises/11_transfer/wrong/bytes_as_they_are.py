# ---
# misconception: A network takes numbers, whatever their range.
# loses:
#   test_match_preprocessing: 4
# says:
#   test_match_preprocessing: ["divided by 255"]
# ---

# %% solution="match_preprocessing"
def match_preprocessing(images, mean, std, size):
    x = torch.as_tensor(images).float()
    if x.ndim == 3:
        x = torch.stack((x, x, x), dim=3)
    x = functional.interpolate(x.permute(0, 3, 1, 2), (size, size), mode="bilinear")
    return (x - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)
