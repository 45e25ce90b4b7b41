# ---
# misconception: If nothing fits, nothing is loaded; that is no error.
# loses:
#   test_load_partial: 4
# says:
#   test_load_partial: ["no ValueError"]
# ---

# %% solution="load_partial"
def load_partial(model, saved):
    own = model.state_dict()
    fits = {name: value for name, value in saved.items()
            if name in own and value.shape == own[name].shape}
    model.load_state_dict(fits, strict=False)
    return sorted(own.keys() - fits.keys()), sorted(saved.keys() - fits.keys())
