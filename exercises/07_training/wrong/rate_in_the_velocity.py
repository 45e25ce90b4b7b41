# ---
# misconception: The rate goes into the velocity.
# loses:
#   test_momentum_step: 2
# says:
#   test_momentum_step: [stays outside]
# ---

# %% solution="momentum_step"
def momentum_step(param, grad, velocity, lr, momentum=0.9):
    velocity = momentum * velocity + lr * grad
    return param - velocity, velocity
