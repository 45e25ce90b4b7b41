# ---
# misconception: The root of the second average is forgotten.
# loses:
#   test_adam_step: 3
#   test_fit: 3
# says:
#   test_adam_step: [under a root]
#   test_fit: [often enough]
# ---

# %% solution="adam_step"
def adam_step(param, grad, mean, square, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    mean = betas[0] * mean + (1 - betas[0]) * grad
    square = betas[1] * square + (1 - betas[1]) * grad**2
    mean_hat = mean / (1 - betas[0] ** step)
    square_hat = square / (1 - betas[1] ** step)
    return param - lr * mean_hat / (square_hat + eps), mean, square
