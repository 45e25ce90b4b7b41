# ---
# how: NumPy does the counting and moving, with products of arrays, assignment to places, matrices that permute.
# ---

# %% solution="dense_parameters"
def dense_parameters(shape, units, bias=True):
    return np.prod([*shape, units]) + units * bool(bias)


# %% solution="conv_parameters"
def conv_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    K_h, K_w = kernel_size
    return out_channels * (np.prod([in_channels, K_h, K_w]) // groups + int(bias))


# %% solution="three_designs"
def three_designs(shape, maps, kernel_size):
    values = np.prod(shape)
    outputs = maps * np.prod(np.array(shape[1:]) - kernel_size + 1)
    window = shape[0] * kernel_size * kernel_size
    return np.array([values * outputs, window * outputs, window * maps])


# %% solution="dense_equivalent"
def dense_equivalent(layers):
    a, b, H, W = np.array(layers, dtype=np.int64).T
    return np.sum(a * b * (H * W) ** 2)


# %% solution="shuffle_pixels"
def shuffle_pixels(images, order):
    rows, columns = np.divmod(order, images.shape[2])
    return images[:, rows, columns].reshape(images.shape)


# %% solution="unshuffle_pixels"
def unshuffle_pixels(images, order):
    originals = np.empty_like(images)
    originals[:, *np.divmod(order, images.shape[2])] = images.reshape(len(images), -1)
    return originals


# %% solution="twin_weights"
def twin_weights(weight, order):
    permutation = np.eye(len(order))[order]  # permutation @ image is image[order]
    return weight @ permutation.T


# %% solution="shift_images"
def shift_images(images, dy, dx, fill=0.0):
    N, H, W = images.shape
    frame = np.full((N, 3 * H, 3 * W), fill)
    dy, dx = np.clip([dy, dx], [-H, -W], [H, W])
    frame[:, H + dy : 2 * H + dy, W + dx : 2 * W + dx] = images
    return frame[:, H : 2 * H, W : 2 * W]
