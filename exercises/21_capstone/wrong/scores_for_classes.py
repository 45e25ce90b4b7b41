# ---
# misconception: The scores are given back instead of the classes.
# loses:
#   test_predict: 3
# says:
#   test_predict: [largest score in each row]
# ---

# %% solution="predict"
def predict(model, images):
    mode = model.training
    model.eval()
    with torch.no_grad():
        scores = model(torch.as_tensor(images))
    model.train(mode)
    return scores.numpy()
