# ---
# misconception: After measuring nobody needs training mode.
# loses:
#   test_evaluate: 3
# says:
#   test_evaluate: ["mode it was in before"]
# ---

# %% solution="evaluate"
def evaluate(model, batches):
    before = model.training
    model.eval()
    loss, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, y in batches:
            scores = model(x)
            loss += functional.cross_entropy(scores, y, reduction="sum").item()
            right += (scores.argmax(dim=1) == y).sum().item()
            count += len(y)
    return loss / count, right / count
