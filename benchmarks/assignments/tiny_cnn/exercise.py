# ---
# title: A tiny CNN
# chapter: book/index.md
# minutes: 10
# seconds_per_cell: 60
# may_not_call: []
# summary: A small network in PyTorch, for measuring what grading one costs.
# ---

# %%
import torch
from torch import nn

# %% [markdown]
# ## Part 1. The network

# %% solution="tiny_cnn"
def tiny_cnn(classes):
    """Make a network: 8 kernels of 3 x 3, ReLU, global average pooling, a linear layer."""
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, classes)
    )
    ### END SOLUTION

# %% tests="test_tiny_cnn" points=2
images = torch.zeros(2, 1, 8, 8)
assert tuple(tiny_cnn(10)(images).shape) == (2, 10), "Expected a score for each class."
### BEGIN HIDDEN TESTS
assert tuple(tiny_cnn(3)(images).shape) == (2, 3), "The number of classes is an argument."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. A step

# %% solution="step"
def step(images, labels, steps):
    """Train a tiny CNN by SGD; give back the loss before and after."""
    ### BEGIN SOLUTION
    torch.manual_seed(0)
    model = tiny_cnn(10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for _ in range(steps + 1):
        loss = nn.functional.cross_entropy(model(images), labels)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses[0], losses[-1]
    ### END SOLUTION

# %% tests="test_step" points=3
torch.manual_seed(1)
images, labels = torch.rand(32, 1, 8, 8), torch.arange(32) % 10
before, after = step(images, labels, 5)
assert after < before, "Training lowers the loss."
### BEGIN HIDDEN TESTS
before, after = step(images, labels, 20)
assert after < before, "More steps lower it further."
### END HIDDEN TESTS
