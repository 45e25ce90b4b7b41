# ---
# misconception: There are n/2 frequencies.
# loses:
#   test_mel_filterbank: 3
# says:
#   test_mel_filterbank: [n/2 + 1 columns]
# ---

# %% solution="mel_filterbank"
def mel_filterbank(n_mels, n_fft, rate):
    top = 2595 * np.log10(1 + rate / 2 / 700)
    corners = 700 * (10 ** (np.linspace(0, top, n_mels + 2) / 2595) - 1)
    rows = np.arange(n_fft // 2) * rate / n_fft
    a, b, c = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    return np.minimum((rows - a) / (b - a), (c - rows) / (c - b)).clip(0)
