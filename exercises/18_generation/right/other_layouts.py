# ---
# how: Single precision, column-major arrays and views, einsum, arrays without axes.
# ---

# %% solution="psnr"
def psnr(image, reference, data_range=1.0):
    gap = np.subtract(image, reference, dtype=np.float64)
    error = np.einsum("i,i->", gap.ravel(), gap.ravel()) / gap.size
    if not error:
        return np.array(np.inf)
    return np.asarray(-10 * np.log10(error / data_range / data_range))


# %% solution="ssim_window"
def ssim_window(x, y, data_range=1.0):
    a, b = np.asfortranarray(x) / data_range, np.asfortranarray(y) / data_range
    moments = np.cov(a.ravel(), b.ravel(), bias=True)
    c1, c2 = 0.01**2, 0.03**2
    top = (2 * a.mean() * b.mean() + c1) * (2 * moments[0, 1] + c2)
    return top / (a.mean() ** 2 + b.mean() ** 2 + c1) / (np.trace(moments) + c2)


# %% solution="pixel_shuffle"
def pixel_shuffle(x, scale):
    channels, height, width = x.shape
    y = np.zeros((scale * width, scale * height, channels // scale**2), dtype=np.float32)
    for a in range(scale):
        for b in range(scale):
            y[b::scale, a::scale] = x[scale * a + b :: scale**2].T
    return y.T.astype(x.dtype)  # a transposed array


# %% solution="gram"
def gram(maps):
    return np.tensordot(maps, maps, ((1, 2), (1, 2))).T / np.prod(maps.shape[1:])


# %% solution="style_loss"
def style_loss(maps, styles):
    def relative(layer, wanted):
        gap = np.einsum("ihw,jhw->ij", layer, layer) / layer[0].size - wanted
        return (np.linalg.norm(gap) / np.linalg.norm(wanted)) ** 2

    return np.array(list(map(relative, maps, styles))).mean()


# %% solution="gan_losses"
def gan_losses(real, made):
    real, made = np.float32(real), np.float32(made)
    wrong = np.maximum(made, 0) + np.log1p(np.exp(-np.abs(made)))  # log(1 + exp(made))
    missed = wrong.mean() + np.logaddexp(np.float32(0), -real).mean()
    return np.array([missed, (wrong - made).mean()])


# %% solution="q_sample"
def q_sample(x, step, noise, beta):
    share = np.exp(np.cumsum(np.log1p(-beta)))[step]
    images = np.einsum("nchw,n->nchw", x, share**0.5)
    grain = np.einsum("nchw,n->nchw", noise, (1 - share) ** 0.5)
    return np.asfortranarray(images + grain)


# %% solution="ddpm_step"
def ddpm_step(x, step, noise, fresh, beta):
    shares = np.concatenate((np.ones(1), np.cumprod(1 - beta)))  # moved by one
    before, now = shares[step], shares[step + 1]
    back = x - beta[step] * noise * (1 - now) ** -0.5
    return back * (1 - beta[step]) ** -0.5 + fresh * ((1 - before) / (1 - now) * beta[step]) ** 0.5
