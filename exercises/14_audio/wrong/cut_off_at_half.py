# ---
# misconception: What is too high is heard as the highest that the rate holds.
# loses:
#   test_heard_as: 2
# says:
#   test_heard_as: [not cut off]
# ---

# %% solution="heard_as"
def heard_as(frequency, rate):
    return min(frequency, rate / 2)
