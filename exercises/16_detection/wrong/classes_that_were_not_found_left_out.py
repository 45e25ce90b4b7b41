# ---
# misconception: A class without a find is left out of the mean.
# loses:
#   test_mean_average_precision: 2
# says:
#   test_mean_average_precision: [counts 0]
# ---

# %% solution="mean_average_precision"
def mean_average_precision(scores, classes, right, truths, ap):
    values = []
    for category, count in enumerate(truths):
        if count > 0 and np.any(classes == category):
            of_class = classes == category
            values.append(ap(scores[of_class], right[of_class], int(count)))
    return float(np.mean(values))
