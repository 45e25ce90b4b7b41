# ---
# misconception: The logarithm is taken of each row, then rows are summed.
# loses:
#   test_log_mel: 2
# says:
#   test_log_mel: [logarithm comes last]
# ---

# %% solution="log_mel"
def log_mel(spectrum, bank, floor):
    return bank @ (10 * np.log10(np.maximum(np.abs(spectrum) ** 2, floor)))
