# ---
# misconception: backward replaces the old gradients.
# loses:
#   test_train_epoch: 4
# says:
#   test_train_epoch: ["old gradients taken away"]
# ---

# %% solution="train_epoch"
def train_epoch(model, batches, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        count += len(y)
    return total / count
