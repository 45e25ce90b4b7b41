# ---
# misconception: The power of a complex number is its square.
# loses:
#   test_log_mel: 2
# says:
#   test_log_mel: [neither the square itself]
# ---

# %% solution="log_mel"
def log_mel(spectrum, bank, floor):
    return 10 * np.log10(np.maximum(bank @ (spectrum**2).real, floor))
