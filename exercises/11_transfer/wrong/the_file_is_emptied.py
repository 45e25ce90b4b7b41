# ---
# misconception: What has been taken from the file is no longer needed.
# loses:
#   test_load_partial: 4
# says:
#   test_load_partial: ["changed the dictionary"]
# ---

# %% solution="load_partial"
def load_partial(model, saved):
    own = model.state_dict()
    fits = {name: value for name, value in saved.items()
            if name in own and value.shape == own[name].shape}
    if not fits:
        raise ValueError("Not one name and shape of the file fits this network.")
    model.load_state_dict(fits, strict=False)
    for name in fits:
        del saved[name]
    return sorted(own.keys() - fits.keys()), sorted(saved)
