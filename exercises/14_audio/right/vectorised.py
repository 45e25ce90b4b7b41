# ---
# how: Windows as views, products of whole arrays, another form of each formula.
# ---

# %% solution="heard_as"
def heard_as(frequency, rate):
    return np.abs(frequency - rate * np.round(frequency / rate))


# %% solution="stft"
def stft(x, n_fft, hop_length):
    pieces = np.lib.stride_tricks.sliding_window_view(x, n_fft)[::hop_length]
    fade = np.hanning(n_fft + 1)[:-1]
    return np.fft.rfft(pieces * fade, axis=1).T


# %% solution="mel_filterbank"
def mel_filterbank(n_mels, n_fft, rate):
    top = np.log1p(rate / 1400)
    corners = 700 * np.expm1(np.linspace(0, top, n_mels + 2))
    rows = np.fft.rfftfreq(n_fft, 1 / rate)
    return np.stack([np.interp(rows, corners[i : i + 3], [0, 1, 0]) for i in range(n_mels)])


# %% solution="log_mel"
def log_mel(spectrum, bank, floor):
    power = (spectrum * np.conj(spectrum)).real
    return 10 * np.log10(np.einsum("mr,rp->mp", bank, power).clip(floor, None))


# %% solution="gated_layer"
def gated_layer(x, weight_filter, weight_gate, project, dilation):
    C, L = x.shape
    both = np.zeros((2 * C, L))
    both[C:] = x
    if dilation < L:
        both[:C, dilation:] = x[:, : L - dilation]
    flat = [w.transpose(0, 2, 1).reshape(C, 2 * C) @ both for w in (weight_filter, weight_gate)]
    return x + np.tensordot(project, np.tanh(flat[0]) * np.exp(-np.logaddexp(0, -flat[1])), 1)


# %% solution="hears"
def hears(kernel_size, stride, dilations, rate):
    return float(np.divide(kernel_size + stride * np.sum(dilations), rate) * 1e3)


# %% solution="standardise"
def standardise(picture, training):
    frames = np.hstack(training).T
    changed = np.std(frames, axis=0)
    changed[changed == 0] = 1
    return ((picture.T - np.mean(frames, axis=0)) / changed).T


# %% solution="audio_scores"
def audio_scores(picture, stages, weight, bias):
    for kernels, scale, shift in stages:
        C, H, W = picture.shape
        padded = np.zeros((C, H + 2, W + 2))
        padded[:, 1:-1, 1:-1] = picture
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        maps = np.einsum("chwij,ocij,o->ohw", windows, kernels, scale) + shift.reshape(-1, 1, 1)
        rows = np.maximum(maps[:, : H - 1 : 2], maps[:, 1::2])
        picture = np.maximum(rows[..., : W - 1 : 2], rows[..., 1::2]).clip(0)
    return np.append(picture.mean((1, 2)), 1) @ np.column_stack([weight, bias]).T
