# ---
# misconception: The first rows of the old head are a good start.
# loses:
#   test_replace_head: 3
# says:
#   test_replace_head: ["belong to the old classes"]
# ---

# %% solution="replace_head"
def replace_head(model, num_classes):
    new = copy.deepcopy(model)
    new.head = nn.Linear(model.head.in_features, num_classes)
    rows = min(num_classes, model.head.out_features)
    new.head.weight.data[:rows] = model.head.weight.data[:rows]
    return new
