# ---
# misconception: The network is put into evaluation mode and left there.
# loses:
#   test_predict: 3
# says:
#   test_predict: [comes back in evaluation mode]
# ---

# %% solution="predict"
def predict(model, images):
    model.eval()
    with torch.no_grad():
        scores = model(torch.as_tensor(images))
    
    return scores.argmax(dim=1).numpy()
