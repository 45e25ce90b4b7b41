# ---
# misconception: A new head begins with zeros.
# loses:
#   test_replace_head: 3
# says:
#   test_replace_head: ["no random weights"]
# ---

# %% solution="replace_head"
def replace_head(model, num_classes):
    new = copy.deepcopy(model)
    new.head = nn.Linear(model.head.in_features, num_classes)
    nn.init.zeros_(new.head.weight)
    return new
