# ---
# misconception: Reshaping brings the channels to the front.
# loses:
#   test_match_preprocessing: 4
# says:
#   test_match_preprocessing: ["*permuted*, and not reshaped"]
# ---

# %% solution="match_preprocessing"
def match_preprocessing(images, mean, std, size):
    x = torch.as_tensor(images) / 255
    if x.ndim == 3:
        x = torch.stack((x, x, x), dim=3)
    x = functional.interpolate(x.reshape(len(x), 3, x.shape[1], x.shape[2]), (size, size), mode="bilinear")
    return (x - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)
