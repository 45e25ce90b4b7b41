# ---
# misconception: What is too high begins again at 0.
# loses:
#   test_heard_as: 2
# says:
#   test_heard_as: [folded]
# ---

# %% solution="heard_as"
def heard_as(frequency, rate):
    return frequency % (rate / 2)
