# ---
# misconception: Each class is judged against the objects of all classes.
# loses:
#   test_mean_average_precision: 2
# says:
#   test_mean_average_precision: [own number]
# ---

# %% solution="mean_average_precision"
def mean_average_precision(scores, classes, right, truths, ap):
    values = []
    for category, count in enumerate(truths):
        if count > 0:
            of_class = classes == category
            values.append(ap(scores[of_class], right[of_class], int(np.sum(truths))))
    return float(np.mean(values))
