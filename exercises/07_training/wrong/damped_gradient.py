# ---
# misconception: The gradient gets the factor 1 - momentum, as in an average.
# loses:
#   test_momentum_step: 2
# says:
#   test_momentum_step: [no factor]
# ---

# %% solution="momentum_step"
def momentum_step(param, grad, velocity, lr, momentum=0.9):
    velocity = momentum * velocity + (1 - momentum) * grad
    return param - lr * velocity, velocity
