# ---
# how: Plain loops over pixels, maps, images and steps; formulas taken apart into their sums.
# ---

# %% solution="psnr"
def psnr(image, reference, data_range=1.0):
    total, count = 0.0, 0
    for a, b in zip(np.ravel(image).tolist(), np.ravel(reference).tolist()):
        total, count = total + (a - b) ** 2, count + 1
    if total == 0:
        return np.inf
    return 20 * np.log10(data_range) - 10 * np.log10(total / count)


# %% solution="ssim_window"
def ssim_window(x, y, data_range=1.0):
    a, b = x.ravel().tolist(), y.ravel().tolist()
    n = len(a)
    mean_a, mean_b = sum(a) / n, sum(b) / n
    of_a = sum((p - mean_a) ** 2 for p in a) / n
    of_b = sum((q - mean_b) ** 2 for q in b) / n
    both = sum((p - mean_a) * (q - mean_b) for p, q in zip(a, b)) / n
    c1, c2 = 1e-4 * data_range**2, 9e-4 * data_range**2
    brightness = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return brightness * (2 * both + c2) / (of_a + of_b + c2)


# %% solution="pixel_shuffle"
def pixel_shuffle(x, scale):
    channels, height, width = x.shape
    y = np.empty((channels // scale**2, scale * height, scale * width), dtype=x.dtype)
    for c, row, column in np.ndindex(*y.shape):
        place = c * scale**2 + scale * (row % scale) + column % scale
        y[c, row, column] = x[place, row // scale, column // scale]
    return y


# %% solution="gram"
def gram(maps):
    count = len(maps)
    matrix = np.zeros((count, count))
    for i in range(count):
        for j in range(i, count):
            matrix[i, j] = matrix[j, i] = (maps[i] * maps[j]).mean()
    return matrix


# %% solution="style_loss"
def style_loss(maps, styles):
    total = 0.0
    for layer, wanted in zip(maps, styles):
        apart = size = 0.0
        for i in range(len(layer)):
            for j in range(len(layer)):
                apart += ((layer[i] * layer[j]).mean() - wanted[i, j]) ** 2
                size += wanted[i, j] ** 2
        total += apart / size
    return total / len(styles)


# %% solution="gan_losses"
def gan_losses(real, made):
    def softplus(z):
        return max(z, 0.0) + np.log1p(np.exp(-abs(z)))

    judge = sum(softplus(-s) for s in real) / len(real)
    judge += sum(softplus(s) for s in made) / len(made)
    return judge, sum(softplus(-s) for s in made) / len(made)


# %% solution="q_sample"
def q_sample(x, step, noise, beta):
    images = []
    for image, number, grain in zip(x, step, noise):
        share = 1.0
        for part in beta[: number + 1]:
            share *= 1 - part
        images.append(image * share**0.5 + grain * (1 - share) ** 0.5)
    return np.stack(images)


# %% solution="ddpm_step"
def ddpm_step(x, step, noise, fresh, beta):
    before = 1.0
    for part in beta[:step]:
        before *= 1 - part
    now = before * (1 - beta[step])
    clean = (x - (1 - now) ** 0.5 * noise) / now**0.5
    back = before**0.5 * beta[step] / (1 - now) * clean
    back = back + (1 - beta[step]) ** 0.5 * (1 - before) / (1 - now) * x
    return back + ((1 - before) * beta[step] / (1 - now)) ** 0.5 * fresh
