# ---
# misconception: The largest score is looked for among the images, not among the classes.
# loses:
#   test_predict: 3
# says:
#   test_predict: [in each row]
# ---

# %% solution="predict"
def predict(model, images):
    mode = model.training
    model.eval()
    with torch.no_grad():
        scores = model(torch.as_tensor(images))
    model.train(mode)
    return scores.argmax(dim=0).numpy()
