# ---
# misconception: Hann's window is 0 at both ends.
# loses:
#   test_stft: 3
# says:
#   test_stft: [not by n - 1]
# ---

# %% solution="stft"
def stft(x, n_fft, hop_length):
    starts = range(0, len(x) - n_fft + 1, hop_length)
    return np.array([np.fft.rfft(np.hanning(n_fft) * x[i : i + n_fft]) for i in starts]).T
