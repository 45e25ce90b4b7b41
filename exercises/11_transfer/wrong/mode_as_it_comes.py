# ---
# misconception: Somebody else has put the network into training mode.
# loses:
#   test_train_epoch: 4
# says:
#   test_train_epoch: ["training mode"]
# ---

# %% solution="train_epoch"
def train_epoch(model, batches, optimizer):
    total, count = 0.0, 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        count += len(y)
    return total / count
