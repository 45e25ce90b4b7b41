# ---
# misconception: What a network has learnt is in its parameters.
# loses:
#   test_load_partial: 4
# says:
#   test_load_partial: ["running statistics are not loaded"]
# ---

# %% solution="load_partial"
def load_partial(model, saved):
    own = dict(model.named_parameters())
    fits = {name: value for name, value in saved.items()
            if name in own and value.shape == own[name].shape}
    if not fits:
        raise ValueError("Not one name and shape of the file fits this network.")
    model.load_state_dict(fits, strict=False)
    return sorted(own.keys() - fits.keys()), sorted(saved.keys() - fits.keys())
