# ---
# misconception: All finds are judged together, whatever their class.
# loses:
#   test_mean_average_precision: 2
# says:
#   test_mean_average_precision: [all classes together]
# ---

# %% solution="mean_average_precision"
def mean_average_precision(scores, classes, right, truths, ap):
    return ap(scores, right, int(np.sum(truths)))
