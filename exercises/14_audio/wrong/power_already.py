# ---
# misconception: A spectrum is its power.
# loses:
#   test_stft: 3
# says:
#   test_stft: [Power comes later]
# ---

# %% solution="stft"
def stft(x, n_fft, hop_length):
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    starts = range(0, len(x) - n_fft + 1, hop_length)
    return np.array([np.abs(np.fft.rfft(window * x[i : i + n_fft])) ** 2 for i in starts]).T
