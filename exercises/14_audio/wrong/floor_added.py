# ---
# misconception: A floor is a small number that is added.
# loses:
#   test_log_mel: 2
# says:
#   test_log_mel: [nothing to add]
# ---

# %% solution="log_mel"
def log_mel(spectrum, bank, floor):
    return 10 * np.log10(bank @ np.abs(spectrum) ** 2 + floor)
