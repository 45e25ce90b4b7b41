# ---
# misconception: The step is taken before the velocity is brought up to date.
# loses:
#   test_momentum_step: 2
# says:
#   test_momentum_step: [does not move]
# ---

# %% solution="momentum_step"
def momentum_step(param, grad, velocity, lr, momentum=0.9):
    return param - lr * velocity, momentum * velocity + grad
