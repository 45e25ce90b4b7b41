# ---
# misconception: The loss of an epoch is measured behind each step.
# loses:
#   test_train_epoch: 4
# says:
#   test_train_epoch: ["before the step"]
# ---

# %% solution="train_epoch"
def train_epoch(model, batches, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        total += functional.cross_entropy(model(x), y).item() * len(y)
        count += len(y)
    return total / count
