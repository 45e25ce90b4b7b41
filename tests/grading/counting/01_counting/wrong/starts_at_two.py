# ---
# misconception: Zero is not an even number.
# loses: {test_evens: 1}
# says: {test_evens: [0 is even]}
# ---

# %% solution="evens"
def evens(stop):
    return list(range(2, stop, 2))
