# ---
# misconception: Points above the mean of some feature count.
# loses:
#   test_critical_points: 2
# says:
#   test_critical_points: ["for each"]
# ---

# %% solution="critical_points"
def critical_points(features):
    return (features > features.mean(axis=0)).all(axis=1)
