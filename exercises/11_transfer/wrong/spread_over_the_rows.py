# ---
# misconception: What PyTorch can copy fits.
# loses:
#   test_load_partial: 4
# says:
#   test_load_partial: ["in another shape"]
# ---

# %% solution="load_partial"
def load_partial(model, saved):
    own = model.state_dict()
    fits = []
    for name, value in saved.items():
        try:
            own[name].copy_(value)
            fits.append(name)
        except (KeyError, RuntimeError):
            pass
    if not fits:
        raise ValueError("nothing fits")
    return sorted(own.keys() - set(fits)), sorted(saved.keys() - set(fits))
