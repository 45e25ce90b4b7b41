# ---
# misconception: Decibels are of the amplitude.
# loses:
#   test_log_mel: 2
# says:
#   test_log_mel: [power of 100]
# ---

# %% solution="log_mel"
def log_mel(spectrum, bank, floor):
    return 10 * np.log10(np.maximum(bank @ np.abs(spectrum), floor))
