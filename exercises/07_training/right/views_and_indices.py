# ---
# how: Sliding windows and index arrays, single precision where it is enough, other memory orders.
# ---

# %% solution="im2col"
def im2col(x, kernel_size, stride=1, padding=0):
    frame = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2)).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(frame, kernel_size, axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    N, C, H_out, W_out, K_h, K_w = windows.shape
    rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(N, H_out * W_out, C * K_h * K_w)
    return rows.swapaxes(1, 2)  # a view, the other way round in memory


# %% solution="col2im"
def col2im(columns, shape, kernel_size, stride=1, padding=0):
    (N, C, H, W), (K_h, K_w) = shape, kernel_size
    H_pad, W_pad = H + 2 * padding, W + 2 * padding
    i = np.arange(0, H_pad - K_h + 1, stride)
    j = np.arange(0, W_pad - K_w + 1, stride)
    rows = np.arange(K_h)[:, None, None, None] + i[:, None]  # (K_h, 1, H_out, 1)
    places = np.arange(K_w)[:, None, None] + j  # (K_w, 1, W_out)
    frame = np.zeros((N, C, H_pad, W_pad), dtype=np.float32)
    columns = columns.reshape(N, C, K_h, K_w, len(i), len(j))
    np.add.at(frame, (slice(None), slice(None), rows, places), columns)
    return frame[:, :, padding : padding + H, padding : padding + W]


# %% solution="conv2d_backward"
def conv2d_backward(grad_output, x, weight, stride=1, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    K_h, K_w = weight.shape[2:]
    frame = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    windows = view(frame, (K_h, K_w), axis=(2, 3))[:, :, ::stride, ::stride]
    grad_weight = np.tensordot(grad_output, windows, ([0, 2, 3], [0, 2, 3]))
    # the chapter's way: zeros between the gradients, then a convolution with the kernel
    N, C_out, H_out, W_out = grad_output.shape
    H_pad, W_pad = frame.shape[2:]
    spread = np.zeros((N, C_out, H_pad + K_h - 1, W_pad + K_w - 1))
    rows = slice(K_h - 1, K_h - 1 + stride * H_out, stride)
    places = slice(K_w - 1, K_w - 1 + stride * W_out, stride)
    spread[:, :, rows, places] = grad_output
    turned = weight[:, :, ::-1, ::-1]
    grad = np.tensordot(view(spread, (K_h, K_w), axis=(2, 3)), turned, ([1, 4, 5], [0, 2, 3]))
    grad = grad.transpose(0, 3, 1, 2)
    H, W = x.shape[2:]
    grad_x = grad[:, :, padding : padding + H, padding : padding + W]
    return grad_x, np.asfortranarray(grad_weight), np.einsum("nohw->o", grad_output)


# %% solution="numerical_gradient"
def numerical_gradient(function, x, h=1e-5):
    units = np.eye(x.size).reshape(-1, *x.shape)
    slopes = [(function(x + h * unit) - function(x - h * unit)) / (2 * h) for unit in units]
    return np.reshape(slopes, x.shape, order="C")


# %% solution="gradients_agree"
def gradients_agree(derived, measured, tolerance=1e-5):
    both = [derived, measured]
    if np.shape(derived) != np.shape(measured) or not np.isfinite(both).all():
        return np.False_
    size = np.abs(both).max(axis=0)
    size = size.clip(min=size.max() / 1e3)
    error = np.zeros(size.shape)
    np.divide(np.abs(derived - measured), size, out=error, where=size > 0)
    return error.max() <= tolerance


# %% solution="momentum_step"
def momentum_step(param, grad, velocity, lr, momentum=0.9):
    velocity = np.add(momentum * velocity, grad, dtype=np.float32, casting="unsafe")
    return np.asfortranarray(param - np.float32(lr) * velocity), velocity


# %% solution="adam_step"
def adam_step(param, grad, mean, square, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    averages = np.stack([mean, square])
    new = np.stack([grad, np.square(grad)])
    keep = np.reshape(betas, (2,) + (1,) * np.ndim(grad))
    averages = keep * averages + (1 - keep) * new
    mean_hat, square_hat = averages / (1 - keep**step)
    param = param - lr * mean_hat / (square_hat**0.5 + eps)
    return param, averages[0], averages[1]  # two views


# %% solution="loss_and_gradients"
def loss_and_gradients(parameters, images, labels):
    view = np.lib.stride_tricks.sliding_window_view

    def columns_of(x):
        frame = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        return view(frame, (3, 3), axis=(2, 3))  # (N, C, H, W, 3, 3)

    w1, w2 = parameters["conv1_weight"], parameters["conv2_weight"]
    z1 = convolution(images, w1, parameters["conv1_bias"])
    p1 = max_pool(z1.clip(min=0))
    z2 = convolution(p1, w2, parameters["conv2_bias"])
    flat = max_pool(z2.clip(min=0)).reshape(-1, 64)
    scores = np.einsum("nd,kd->nk", flat, parameters["dense_weight"]) + parameters["dense_bias"]
    shares = np.exp(scores - scores.max(1)[:, None])
    shares = shares / shares.sum(1)[:, None]
    right = shares[np.arange(len(labels)), labels]
    target = np.equal.outer(labels, np.arange(10))
    grad_scores = (shares - target) / len(labels)
    grad_flat = grad_scores @ parameters["dense_weight"]
    grad_z2 = (z2 > 0) * max_pool_backward(grad_flat.reshape(-1, 16, 2, 2), z2)
    turned = w2.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
    grad_p1 = convolution(grad_z2, turned, np.zeros(8))
    grad_z1 = (z1 > 0) * max_pool_backward(grad_p1, z1)
    over = ([0, 2, 3], [0, 2, 3])
    return -np.log(right).mean(), {
        "dense_bias": grad_scores.sum(0),
        "dense_weight": grad_scores.T @ flat,
        "conv2_bias": grad_z2.sum((0, 2, 3)),
        "conv2_weight": np.tensordot(grad_z2, columns_of(p1), over),
        "conv1_bias": grad_z1.sum((0, 2, 3)),
        "conv1_weight": np.tensordot(grad_z1, columns_of(images), over),
    }


# %% solution="fit"
def fit(images, labels, seed):
    parameters, rng = new_parameters(seed), np.random.default_rng([seed, 1])
    kept = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in parameters.items()}
    for step in range(1, len(images) // 4 + 1):
        some = rng.choice(len(images), min(32, len(images)), replace=False)
        _, gradients = loss_and_gradients(parameters, images[some], labels[some])
        for name, value in parameters.items():
            parameters[name], *kept[name] = adam_step(
                value, gradients[name], *kept[name], step, lr=0.015
            )
    return {name: value.astype(np.float32) for name, value in parameters.items()}
