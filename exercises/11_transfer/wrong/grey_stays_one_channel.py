# ---
# misconception: Grey images have one channel in a network for colour, too.
# loses:
#   test_match_preprocessing: 4
# says:
#   test_match_preprocessing: ["batch of shape (2, 3, 4, 4)"]
# ---

# %% solution="match_preprocessing"
def match_preprocessing(images, mean, std, size):
    x = torch.as_tensor(images) / 255
    if x.ndim == 3:
        x = x[..., None]
    x = functional.interpolate(x.permute(0, 3, 1, 2), (size, size), mode="bilinear")
    c = x.shape[1]
    return (x - torch.tensor(mean)[:c].reshape(c, 1, 1)) / torch.tensor(std)[:c].reshape(c, 1, 1)
