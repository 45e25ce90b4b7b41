# ---
# misconception: Only the greatest number of all features counts.
# loses:
#   test_critical_points: 2
# says:
#   test_critical_points: ["for each"]
# ---

# %% solution="critical_points"
def critical_points(features):
    winners = np.zeros(len(features), dtype=bool)
    winners[features.max(axis=1).argmax()] = True
    return winners
