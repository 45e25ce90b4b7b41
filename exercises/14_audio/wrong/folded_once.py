# ---
# misconception: A tone is folded once, at half the rate.
# loses:
#   test_heard_as: 2
# says:
#   test_heard_as: [above half the rate]
# ---

# %% solution="heard_as"
def heard_as(frequency, rate):
    return frequency if frequency <= rate / 2 else abs(rate / 2 - abs(frequency - rate / 2))
