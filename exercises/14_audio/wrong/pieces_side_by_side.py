# ---
# misconception: A piece begins where the last one ends.
# loses:
#   test_stft: 3
# says:
#   test_stft: [whole pieces]
# ---

# %% solution="stft"
def stft(x, n_fft, hop_length):
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    starts = range(0, len(x) - n_fft + 1, n_fft)
    return np.array([np.fft.rfft(window * x[start : start + n_fft]) for start in starts]).T
