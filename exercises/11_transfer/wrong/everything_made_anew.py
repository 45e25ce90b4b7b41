# ---
# misconception: With a new head the network begins anew.
# loses:
#   test_replace_head: 3
# says:
#   test_replace_head: ["has changed"]
# ---

# %% solution="replace_head"
def replace_head(model, num_classes):
    new = copy.deepcopy(model)
    new.head = nn.Linear(model.head.in_features, num_classes)
    for layer in new.features:
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    return new
