# ---
# misconception: Only weights are learnt, no biases and no batch norm.
# loses:
#   test_make_optimizer: 4
# says:
#   test_make_optimizer: ["6 parameter tensors"]
# ---

# %% solution="make_optimizer"
def make_optimizer(model, lr, ratio=0.1):
    groups = []
    for part, rate in ((model.head, lr), (model.features, lr * ratio)):
        learning = [p for p in part.parameters() if p.requires_grad and p.ndim > 1]
        if learning:
            groups.append({"params": learning, "lr": rate})
    return torch.optim.SGD(groups, momentum=0.9)
