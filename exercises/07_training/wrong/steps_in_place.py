# ---
# misconception: The parameters and averages of the caller are overwritten.
# loses:
#   test_momentum_step: 2
#   test_adam_step: 4
# says:
#   test_momentum_step: [changed an array]
#   test_adam_step: [changed an array]
# ---

# %% solution="momentum_step"
def momentum_step(param, grad, velocity, lr, momentum=0.9):
    velocity *= momentum
    velocity += grad
    param -= lr * velocity
    return param, velocity


# %% solution="adam_step"
def adam_step(param, grad, mean, square, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    mean = betas[0] * mean + (1 - betas[0]) * grad
    square = betas[1] * square + (1 - betas[1]) * grad**2
    param -= 0
    mean_hat = mean / (1 - betas[0] ** step)
    square_hat = square / (1 - betas[1] ** step)
    param -= lr * mean_hat / (np.sqrt(square_hat) + eps)
    return param, mean, square
