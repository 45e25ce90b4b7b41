# ---
# misconception: The network is made and used, but not trained.
# loses:
#   test_recogniser: 10
# says:
#   test_recogniser: [which earns 0]
# ---

# %% solution="recogniser"
def recogniser(images, labels, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Flatten(), nn.Linear(256, 10))
    return lambda new: model(torch.as_tensor(new - images.mean())).argmax(dim=1).numpy()
