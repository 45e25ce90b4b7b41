# ---
# how: Plain loops, the Fourier sum written out, and one value at a time.
# ---

# %% solution="heard_as"
def heard_as(frequency, rate):
    while frequency > rate / 2:
        frequency = abs(frequency - rate)
    return float(frequency)


# %% solution="stft"
def stft(x, n_fft, hop_length):
    columns = []
    start = 0
    while start + n_fft <= len(x):
        column = []
        for k in range(n_fft // 2 + 1):
            total = 0j
            for t in range(n_fft):
                fade = np.sin(np.pi * t / n_fft) ** 2
                total += fade * x[start + t] * np.exp(-2j * np.pi * k * t / n_fft)
            column.append(total)
        columns.append(column)
        start += hop_length
    return np.array(columns).transpose()


# %% solution="mel_filterbank"
def mel_filterbank(n_mels, n_fft, rate):
    def hertz(mel):
        return 700 * (10 ** (mel / 2595) - 1)

    top = 2595 * np.log10(1 + rate / 1400)
    bank = []
    for i in range(n_mels):
        a, b, c = (hertz(top * (i + j) / (n_mels + 1)) for j in range(3))
        row = []
        for k in range(n_fft // 2 + 1):
            f = k * rate / n_fft
            if a < f <= b:
                row.append((f - a) / (b - a))
            elif b < f < c:
                row.append((c - f) / (c - b))
            else:
                row.append(0.0)
        bank.append(row)
    return bank


# %% solution="log_mel"
def log_mel(spectrum, bank, floor):
    picture = np.zeros((len(bank), spectrum.shape[1]), order="F")
    for i, m in np.ndindex(picture.shape):
        power = 0.0
        for weight, value in zip(bank[i], spectrum[:, m]):
            power += weight * abs(value) ** 2
        picture[i, m] = 10 * np.log10(power if power > floor else floor)
    return picture


# %% solution="gated_layer"
def gated_layer(x, weight_filter, weight_gate, project, dilation):
    C, L = x.shape
    y = x.copy()
    for t in range(L):
        past = x[:, t - dilation] if t >= dilation else np.zeros(C)
        sums = [w[:, :, 0] @ past + w[:, :, 1] @ x[:, t] for w in (weight_filter, weight_gate)]
        y[:, t] += project @ (np.tanh(sums[0]) * (0.5 + 0.5 * np.tanh(sums[1] / 2)))
    return y


# %% solution="hears"
def hears(kernel_size, stride, dilations, rate):
    samples = kernel_size
    for dilation in dilations:
        samples += dilation * stride
    return samples / rate * 1000


# %% solution="standardise"
def standardise(picture, training):
    result = np.zeros(picture.shape, order="F")
    for band, values in enumerate(picture):
        frames = [value for recording in training for value in recording[band]]
        mean = sum(frames) / len(frames)
        square = sum((value - mean) ** 2 for value in frames) / len(frames)
        for m, value in enumerate(values):
            result[band, m] = (value - mean) / np.sqrt(square) if square else value - mean
    return result


# %% solution="audio_scores"
def audio_scores(picture, stages, weight, bias):
    for kernels, scale, shift in stages:
        _, H, W = picture.shape
        smaller = np.zeros((len(kernels), H // 2, W // 2))  # what a ReLU leaves at least
        for o, h, w in np.ndindex(len(kernels), H // 2 * 2, W // 2 * 2):
            above, left = max(h - 1, 0), max(w - 1, 0)
            seen = picture[:, above : h + 2, left : w + 2]
            i, j = above - h + 1, left - w + 1
            met = kernels[o, :, i : i + seen.shape[1], j : j + seen.shape[2]]
            value = scale[o] * np.sum(seen * met) + shift[o]
            smaller[o, h // 2, w // 2] = max(value, smaller[o, h // 2, w // 2])
        picture = smaller
    return [float(row @ [channel.mean() for channel in picture] + b) for row, b in zip(weight, bias)]
