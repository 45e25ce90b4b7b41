# ---
# misconception: Images are normalised by their own mean and deviation.
# loses:
#   test_match_preprocessing: 4
# says:
#   test_match_preprocessing: ["Is the mean subtracted"]
# ---

# %% solution="match_preprocessing"
def match_preprocessing(images, mean, std, size):
    x = torch.as_tensor(images) / 255
    if x.ndim == 3:
        x = torch.stack((x, x, x), dim=3)
    x = functional.interpolate(x.permute(0, 3, 1, 2), (size, size), mode="bilinear")
    means, stds = x.mean((0, 2, 3), keepdim=True), x.std((0, 2, 3), keepdim=True)
    return (x - means) / (stds + 1e-6)
