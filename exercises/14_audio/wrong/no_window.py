# ---
# misconception: Pieces are cut out as they are.
# loses:
#   test_stft: 3
# says:
#   test_stft: [no window]
# ---

# %% solution="stft"
def stft(x, n_fft, hop_length):
    starts = range(0, len(x) - n_fft + 1, hop_length)
    return np.array([np.fft.rfft(x[start : start + n_fft]) for start in starts]).T
