# ---
# misconception: What has the same name fits.
# loses:
#   test_load_partial: 4
# says:
#   test_load_partial: ["head"]
# ---

# %% solution="load_partial"
def load_partial(model, saved):
    own = model.state_dict()
    fits = {name: value for name, value in saved.items() if name in own}
    if not fits:
        raise ValueError("nothing fits")
    for name, value in fits.items():
        rows = min(len(own[name]), len(value)) if own[name].ndim else 0
        if rows:
            own[name][:rows] = value[:rows]
        else:
            own[name].copy_(value)
    return sorted(own.keys() - fits.keys()), sorted(saved.keys() - fits.keys())
