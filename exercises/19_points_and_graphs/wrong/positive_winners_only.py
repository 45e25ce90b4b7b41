# ---
# misconception: A winner counts only if its feature is above 0.
# loses:
#   test_critical_points: 2
# says:
#   test_critical_points: ["all negative"]
# ---

# %% solution="critical_points"
def critical_points(features):
    winners = np.zeros(len(features), dtype=bool)
    for place, best in zip(features.argmax(axis=0), features.max(axis=0)):
        winners[place] |= best >= 0
    return winners
