# ---
# misconception: The loss of a set is the sum.
# loses:
#   test_evaluate: 3
# says:
#   test_evaluate: ["25 in the mean"]
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
    model.train(before)
    return loss, right / count
