# ---
# misconception: Every filter has the same area, so that noise is white.
# loses:
#   test_mel_filterbank: 3
# says:
#   test_mel_filterbank: [does not come out]
# ---

# %% solution="mel_filterbank"
def mel_filterbank(n_mels, n_fft, rate):
    top = 2595 * np.log10(1 + rate / 2 / 700)
    corners = 700 * (10 ** (np.linspace(0, top, n_mels + 2) / 2595) - 1)
    rows = np.arange(n_fft // 2 + 1) * rate / n_fft
    a, b, c = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    return np.minimum((rows - a) / (b - a), (c - rows) / (c - b)).clip(0) * 2 / (c - a) * 500
