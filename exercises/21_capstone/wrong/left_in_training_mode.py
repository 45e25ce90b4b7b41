# ---
# misconception: After training, the network stays in training mode.
# loses:
#   test_fit: 5
# says:
#   test_fit: [not in evaluation mode]
# ---

# %% solution="fit"
def fit(model, images, labels, epochs, seed):
    torch.manual_seed(seed)
    x, y = torch.as_tensor(images), torch.as_tensor(labels)
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3)
    means = []
    for _ in range(epochs):
        model.train()
        losses = []
        for chosen in torch.randperm(len(x)).split(50):
            optimiser.zero_grad()
            loss = F.cross_entropy(model(x[chosen]), y[chosen])
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        means.append(sum(losses) / len(losses))
    
    return means
