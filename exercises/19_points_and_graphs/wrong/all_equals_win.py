# ---
# misconception: All points that share the greatest value count.
# loses:
#   test_critical_points: 2
# says:
#   test_critical_points: ["only the first"]
# ---

# %% solution="critical_points"
def critical_points(features):
    return (features == features.max(axis=0)).any(axis=1)
