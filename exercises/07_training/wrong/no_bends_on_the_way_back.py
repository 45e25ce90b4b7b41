# ---
# misconception: ReLU is forgotten on the way back.
# loses:
#   test_loss_and_gradients: 2
#   test_fit: 3
# says:
#   test_loss_and_gradients: [first convolution, second convolution, ReLU]
#   test_fit: [About 10]
# ---

# %% solution="loss_and_gradients"
def loss_and_gradients(parameters, images, labels):
    p, N = parameters, len(images)
    z1 = convolution(images, p["conv1_weight"], p["conv1_bias"])
    a1 = np.maximum(z1, 0)
    p1 = max_pool(a1)
    z2 = convolution(p1, p["conv2_weight"], p["conv2_bias"])
    a2 = np.maximum(z2, 0)
    flat = max_pool(a2).reshape(N, 64)
    scores = flat @ p["dense_weight"].T + p["dense_bias"]

    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[np.arange(N), labels].mean()
    grad_scores = np.exp(log_p)
    grad_scores[np.arange(N), labels] -= 1
    grad_scores /= N

    gradients = {"dense_weight": grad_scores.T @ flat, "dense_bias": grad_scores.sum(axis=0)}
    grad_p2 = (grad_scores @ p["dense_weight"]).reshape(N, 16, 2, 2)
    grad_z2 = max_pool_backward(grad_p2, a2)
    grad_p1, gradients["conv2_weight"], gradients["conv2_bias"] = conv2d_backward(
        grad_z2, p1, p["conv2_weight"], 1, 1
    )
    grad_z1 = max_pool_backward(grad_p1, a1)
    _, gradients["conv1_weight"], gradients["conv1_bias"] = conv2d_backward(
        grad_z1, images, p["conv1_weight"], 1, 1
    )
    return float(loss), gradients


# %% solution="fit"
def fit(images, labels, seed):
    return new_parameters(seed)  # given up
