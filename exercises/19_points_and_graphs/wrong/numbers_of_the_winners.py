# ---
# misconception: The numbers of the winners are given back, not True or False for each point.
# loses:
#   test_critical_points: 2
# says:
#   test_critical_points: ["numbers of the"]
# ---

# %% solution="critical_points"
def critical_points(features):
    return np.unique(features.argmax(axis=0))
