# ---
# misconception: The head can be exchanged on the network itself.
# loses:
#   test_replace_head: 3
# says:
#   test_replace_head: ["lost its old head"]
# ---

# %% solution="replace_head"
def replace_head(model, num_classes):
    new = model
    new.head = nn.Linear(model.head.in_features, num_classes)
    return new
