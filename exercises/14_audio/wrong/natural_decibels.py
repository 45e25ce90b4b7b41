# ---
# misconception: The logarithm is the natural one.
# loses:
#   test_log_mel: 2
# says:
#   test_log_mel: [raised to it]
# ---

# %% solution="log_mel"
def log_mel(spectrum, bank, floor):
    return 10 * np.log(np.maximum(bank @ np.abs(spectrum) ** 2, floor))
