# ---
# misconception: Gradients are computed, but the optimiser never moves.
# loses:
#   test_fit: 5
# says:
#   test_fit: [step of the optimiser]
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
            
            losses.append(loss.item())
        means.append(sum(losses) / len(losses))
    model.eval()
    return means
