# ---
# misconception: The mean is weighted with the number of objects.
# loses:
#   test_mean_average_precision: 2
# says:
#   test_mean_average_precision: [rare class]
# ---

# %% solution="mean_average_precision"
def mean_average_precision(scores, classes, right, truths, ap):
    values = []
    for category, count in enumerate(truths):
        if count > 0:
            of_class = classes == category
            values.append(ap(scores[of_class], right[of_class], int(count)))
    return float(np.dot(values, truths[truths > 0]) / np.sum(truths))
