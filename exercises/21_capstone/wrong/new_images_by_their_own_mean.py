# ---
# misconception: New images are standardised by the mean of all new images.
# loses:
#   test_recogniser: 10
# says:
#   test_recogniser: [by themselves]
# ---

# %% solution="recogniser"
def recogniser(images, labels, seed):
    mean, deviation = images.mean(), images.std()
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Flatten(), nn.Linear(256, 10))
    x, y = torch.as_tensor((images - mean) / deviation), torch.as_tensor(labels)
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(3):
        for chosen in torch.randperm(len(x)).split(50):
            optimiser.zero_grad()
            F.cross_entropy(model(x[chosen]), y[chosen]).backward()
            optimiser.step()
    model.eval()
    return lambda new: model(torch.as_tensor((new - new.mean()) / new.std())).argmax(dim=1).numpy()
