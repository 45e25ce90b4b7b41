# ---
# how: Loops over windows and numbers, matrices of columns, batches drawn with replacement.
# ---

# %% solution="im2col"
def im2col(x, kernel_size, stride=1, padding=0):
    K_h, K_w = kernel_size
    frame = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    columns = []
    for i in range(0, frame.shape[2] - K_h + 1, stride):
        for j in range(0, frame.shape[3] - K_w + 1, stride):
            columns.append(frame[:, :, i : i + K_h, j : j + K_w].reshape(len(x), -1))
    return np.stack(columns, axis=2)


# %% solution="col2im"
def col2im(columns, shape, kernel_size, stride=1, padding=0):
    (N, C, H, W), (K_h, K_w) = shape, kernel_size
    frame = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    k = 0
    for i in range(0, frame.shape[2] - K_h + 1, stride):
        for j in range(0, frame.shape[3] - K_w + 1, stride):
            frame[:, :, i : i + K_h, j : j + K_w] += columns[:, :, k].reshape(N, C, K_h, K_w)
            k += 1
    return frame[:, :, padding : H + padding, padding : W + padding].copy()


# %% solution="conv2d_backward"
def conv2d_backward(grad_output, x, weight, stride=1, padding=0):
    N, C_out, H_out, W_out = grad_output.shape
    K_h, K_w = weight.shape[2:]
    frame = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    grad_frame, grad_weight = np.zeros(frame.shape), np.zeros(weight.shape)
    for i in range(H_out):
        for j in range(W_out):
            top, left = i * stride, j * stride
            g = grad_output[:, :, i, j]
            window = frame[:, :, top : top + K_h, left : left + K_w]
            grad_weight += np.tensordot(g, window, (0, 0))
            grad_frame[:, :, top : top + K_h, left : left + K_w] += np.tensordot(g, weight, (1, 0))
    H, W = x.shape[2:]
    return (
        grad_frame[:, :, padding : padding + H, padding : padding + W],
        grad_weight,
        grad_output.sum((2, 3)).sum(0),
    )


# %% solution="numerical_gradient"
def numerical_gradient(function, x, h=1e-5):
    moved = np.array(x, dtype=float)
    gradient = np.empty(moved.size)
    flat = moved.reshape(-1)
    for k in range(flat.size):
        here = flat[k]
        flat[k] = here + h
        right = function(moved)
        flat[k] = here - h
        gradient[k] = (right - function(moved)) / h / 2
        flat[k] = here
    return gradient.reshape(x.shape)


# %% solution="gradients_agree"
def gradients_agree(derived, measured, tolerance=1e-5):
    if derived.shape != measured.shape:
        return False
    pairs = list(zip(derived.ravel(), measured.ravel()))
    if any(not np.isfinite(a) or not np.isfinite(n) for a, n in pairs):
        return False
    largest = max(max(abs(a), abs(n)) for a, n in pairs)
    for a, n in pairs:
        if abs(a - n) > tolerance * max(abs(a), abs(n), largest / 1000):
            return False
    return True


# %% solution="momentum_step"
def momentum_step(param, grad, velocity, lr, momentum=0.9):
    new = velocity.copy()
    new *= momentum
    new += grad
    return [param - new * lr, new]


# %% solution="adam_step"
def adam_step(param, grad, mean, square, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    beta1, beta2 = betas
    mean = mean + (1 - beta1) * (grad - mean)
    square = square + (1 - beta2) * (grad * grad - square)
    correction = np.sqrt(1 - beta2**step)
    rate = lr * correction / (1 - beta1**step)
    return param - rate * mean / (np.sqrt(square) + eps * correction), mean, square


# %% solution="loss_and_gradients"
def loss_and_gradients(parameters, images, labels):
    N, gradients, given = len(images), {}, []
    x = images
    for name in ("conv1", "conv2"):
        weight = parameters[name + "_weight"]
        columns = im2col(x, (3, 3), 1, 1)
        z = np.matmul(weight.reshape(len(weight), -1), columns)
        z = (z + parameters[name + "_bias"][:, None]).reshape(N, len(weight), *x.shape[2:])
        given.append((columns, x.shape, z))
        x = max_pool(np.maximum(z, 0))
    flat = x.reshape(N, 64)
    scores = flat @ parameters["dense_weight"].T + parameters["dense_bias"]
    total = np.logaddexp.reduce(scores, axis=1)
    loss = np.mean(total - scores[np.arange(N), labels])
    grad = (np.exp(scores - total[:, None]) - np.eye(10)[labels]) / N
    gradients["dense_weight"], gradients["dense_bias"] = grad.T @ flat, grad.sum(0)
    grad = (grad @ parameters["dense_weight"]).reshape(x.shape)
    for name, (columns, shape, z) in zip(("conv2", "conv1"), reversed(given)):
        weight = parameters[name + "_weight"]
        grad = max_pool_backward(grad, np.maximum(z, 0))
        grad = np.where(z > 0, grad, 0).reshape(N, len(weight), -1)
        product = np.matmul(grad, columns.transpose(0, 2, 1)).sum(0)
        gradients[name + "_weight"] = product.reshape(weight.shape)
        gradients[name + "_bias"] = grad.sum((0, 2))
        grad = np.matmul(weight.reshape(len(weight), -1).T, grad)
        grad = col2im(grad, shape, (3, 3), 1, 1)
    return loss, gradients


# %% solution="fit"
def fit(images, labels, seed):
    rng, parameters = np.random.default_rng(seed), new_parameters(seed)
    averages = {name: [0 * value, 0 * value] for name, value in parameters.items()}
    for step in range(len(images) // 3):
        some = rng.integers(0, len(images), 32)
        _, gradients = loss_and_gradients(parameters, images[some], labels[some])
        for name in parameters:
            parameters[name], *averages[name] = adam_step(
                parameters[name], gradients[name], *averages[name], step + 1, lr=0.01
            )
    return parameters
