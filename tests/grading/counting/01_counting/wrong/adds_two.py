# ---
# misconception: Twice a number is the number plus two.
# loses: {test_double: 2}
# says: {test_double: [not whole]}
# ---

# %% solution="double"
def double(number):
    return number + 2
