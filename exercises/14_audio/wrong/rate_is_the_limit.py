# ---
# misconception: A rate holds frequencies up to itself.
# loses:
#   test_heard_as: 2
# says:
#   test_heard_as: [as much below it]
# ---

# %% solution="heard_as"
def heard_as(frequency, rate):
    return frequency % rate
