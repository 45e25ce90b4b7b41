# ---
# misconception: The head is new and must be moved with care.
# loses:
#   test_make_optimizer: 4
# says:
#   test_make_optimizer: ["move the head by"]
# ---

# %% solution="make_optimizer"
def make_optimizer(model, lr, ratio=0.1):
    groups = []
    for part, rate in ((model.head, lr * ratio), (model.features, lr)):
        learning = [p for p in part.parameters() if p.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": rate})
    return torch.optim.SGD(groups, momentum=0.9)
