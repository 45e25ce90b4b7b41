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
