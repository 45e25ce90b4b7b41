# ---
# misconception: A tone that is too high is not heard at all.
# loses:
#   test_heard_as: 2
# says:
#   test_heard_as: [folded]
# ---

# %% solution="heard_as"
def heard_as(frequency, rate):
    return frequency if frequency <= rate / 2 else 0
