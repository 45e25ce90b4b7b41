# ---
# misconception: A layer has as many outputs as its attribute out_features says.
# loses:
#   test_replace_head: 3
# says:
#   test_replace_head: ["two scores for each image"]
# ---

# %% solution="replace_head"
def replace_head(model, num_classes):
    new = copy.deepcopy(model)
    new.head.out_features = num_classes
    return new
