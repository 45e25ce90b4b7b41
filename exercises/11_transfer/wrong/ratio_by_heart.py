# ---
# misconception: The ratio is a tenth.
# loses:
#   test_make_optimizer: 4
# says:
#   test_make_optimizer: ["too far or not far enough"]
# ---

# %% solution="make_optimizer"
def make_optimizer(model, lr, ratio=0.1):
    groups = []
    for part, rate in ((model.head, lr), (model.features, lr * 0.1)):
        learning = [p for p in part.parameters() if p.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": rate})
    return torch.optim.SGD(groups, momentum=0.9)
