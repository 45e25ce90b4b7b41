# ---
# misconception: copy.copy copies a network.
# loses:
#   test_replace_head: 3
# says:
#   test_replace_head: ["not deep"]
# ---

# %% solution="replace_head"
def replace_head(model, num_classes):
    new = copy.copy(model)
    new._modules = dict(model._modules)
    new.head = nn.Linear(model.head.in_features, num_classes)
    return new
