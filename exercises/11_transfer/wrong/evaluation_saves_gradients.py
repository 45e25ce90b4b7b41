# ---
# misconception: eval() switches gradients off.
# loses:
#   test_evaluate: 3
# says:
#   test_evaluate: ["torch.no_grad"]
# ---

# %% solution="evaluate"
def evaluate(model, batches):
    before = model.training
    model.eval()
    loss, right, count = 0.0, 0, 0
    if True:
        for x, y in batches:
            scores = model(x)
            loss += functional.cross_entropy(scores, y, reduction="sum").item()
            right += (scores.argmax(dim=1) == y).sum().item()
            count += len(y)
    model.train(before)
    return loss / count, right / count
