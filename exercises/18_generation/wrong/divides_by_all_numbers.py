# ---
# misconception: The sum is divided by the number of all values, channels included.
# loses:
#   test_gram: 2
# says:
#   test_gram: ["9 + 16"]
# ---

# %% solution="gram"
def gram(maps):
    flat = maps.reshape(len(maps), -1)
    return flat @ flat.T / maps.size
