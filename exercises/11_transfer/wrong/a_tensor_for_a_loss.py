# ---
# misconception: A loss is a tensor.
# loses:
#   test_train_epoch: 4
# says:
#   test_train_epoch: ["not a tensor"]
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
        total += loss * len(y)
        count += len(y)
    return total / count
