# ---
# misconception: The sum is divided by the width alone.
# loses:
#   test_gram: 2
# says:
#   test_gram: ["height times width"]
# ---

# %% solution="gram"
def gram(maps):
    flat = maps.reshape(len(maps), -1)
    return flat @ flat.T / maps.shape[2]
