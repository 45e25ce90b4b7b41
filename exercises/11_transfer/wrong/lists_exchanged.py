# ---
# misconception: First comes what the file has too much.
# loses:
#   test_load_partial: 4
# says:
#   test_load_partial: ["lacks some"]
# ---

# %% solution="load_partial"
def load_partial(model, saved):
    own = model.state_dict()
    fits = {name: value for name, value in saved.items()
            if name in own and value.shape == own[name].shape}
    if not fits:
        raise ValueError("Not one name and shape of the file fits this network.")
    model.load_state_dict(fits, strict=False)
    return sorted(saved.keys() - fits.keys()), sorted(own.keys() - fits.keys())
