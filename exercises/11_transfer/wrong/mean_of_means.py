# ---
# misconception: The mean over batches is the mean over images.
# loses:
#   test_evaluate: 3
# says:
#   test_evaluate: ["over all *images*"]
# ---

# %% solution="evaluate"
def evaluate(model, batches):
    before = model.training
    model.eval()
    loss, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, y in batches:
            scores = model(x)
            loss += functional.cross_entropy(scores, y).item()
            right += (scores.argmax(dim=1) == y).float().mean().item()
            count += 1
    model.train(before)
    return loss / count, right / count
