# ---
# misconception: One batch is learnt by heart, again and again.
# loses:
#   test_fit: 3
# says:
#   test_fit: [from all images]
# ---

# %% solution="fit"
def fit(images, labels, seed):
    rng, parameters, step = np.random.default_rng(seed), new_parameters(seed), 0
    means = {name: np.zeros(value.shape) for name, value in parameters.items()}
    squares = {name: np.zeros(value.shape) for name, value in parameters.items()}
    for epoch in range(5):
        order = rng.permutation(len(images))
        for i in range(0, len(images), 16):
            batch = slice(0, 2)  # two digits at most can be told apart
            _, gradients = loss_and_gradients(parameters, images[batch], labels[batch])
            step += 1
            for name, grad in gradients.items():
                parameters[name], means[name], squares[name] = adam_step(
                    parameters[name], grad, means[name], squares[name], step, lr=0.015 * (1 - epoch / 5)
                )
    return parameters
