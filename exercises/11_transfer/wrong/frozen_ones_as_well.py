# ---
# misconception: The optimizer leaves frozen parameters alone by itself.
# loses:
#   test_make_optimizer: 4
# says:
#   test_make_optimizer: ["tensors to learn"]
# ---

# %% solution="make_optimizer"
def make_optimizer(model, lr, ratio=0.1):
    groups = []
    for part, rate in ((model.head, lr), (model.features, lr * ratio)):
        learning = list(part.parameters())
        if learning:
            groups.append({"params": learning, "lr": rate})
    return torch.optim.SGD(groups, momentum=0.9)
