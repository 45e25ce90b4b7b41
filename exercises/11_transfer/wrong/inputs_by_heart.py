# ---
# misconception: The head always has 16 inputs.
# loses:
#   test_replace_head: 3
# says:
#   test_replace_head: ["How many inputs"]
# ---

# %% solution="replace_head"
def replace_head(model, num_classes):
    new = copy.deepcopy(model)
    new.head = nn.Linear(16, num_classes)
    return new
