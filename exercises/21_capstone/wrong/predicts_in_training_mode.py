# ---
# misconception: Batch norm and dropout are left as they are in training.
# loses:
#   test_predict: 3
# says:
#   test_predict: [in company]
# ---

# %% solution="predict"
def predict(model, images):
    mode = model.training
    with torch.no_grad():
        scores = model(torch.as_tensor(images))
    model.train(mode)
    return scores.argmax(dim=1).numpy()
