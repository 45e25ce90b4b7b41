# ---
# misconception: An epoch is one step with all gradients.
# loses:
#   test_train_epoch: 4
# says:
#   test_train_epoch: ["one step for each batch"]
# ---

# %% solution="train_epoch"
def train_epoch(model, batches, optimizer):
    model.train()
    total, count = 0.0, 0
    optimizer.zero_grad()
    for x, y in batches:
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        total += loss.item() * len(y)
        count += len(y)
    optimizer.step()
    return total / count
