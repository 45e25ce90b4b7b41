# ---
# misconception: The filters are evenly spaced in Hz.
# loses:
#   test_mel_filterbank: 3
# says:
#   test_mel_filterbank: [evenly spaced in Hz]
# ---

# %% solution="mel_filterbank"
def mel_filterbank(n_mels, n_fft, rate):
    corners = np.linspace(0, rate / 2, n_mels + 2)
    rows = np.arange(n_fft // 2 + 1) * rate / n_fft
    a, b, c = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    return np.minimum((rows - a) / (b - a), (c - rows) / (c - b)).clip(0)
