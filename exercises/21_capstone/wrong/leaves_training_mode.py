# ---
# misconception: After predicting, the network is always put into training mode.
# loses:
#   test_predict: 3
# says:
#   test_predict: [comes back in training mode]
# ---

# %% solution="predict"
def predict(model, images):
    model.eval()
    with torch.no_grad():
        scores = model(torch.as_tensor(images))
    model.train()
    return scores.argmax(dim=1).numpy()
