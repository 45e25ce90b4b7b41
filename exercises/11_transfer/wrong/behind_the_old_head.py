# ---
# misconception: The new layer comes behind the old one, and turns old scores into new ones.
# loses:
#   test_replace_head: 3
# says:
#   test_replace_head: ["more or less than the old one"]
# ---

# %% solution="replace_head"
def replace_head(model, num_classes):
    new = copy.deepcopy(model)
    new.head = nn.Sequential(new.head, nn.Linear(new.head.out_features, num_classes))
    return new
