# ---
# misconception: The first kernel gives the scale of all.
# loses:
#   test_dequantize: 2
# says:
#   test_dequantize: [of its own kernel]
# ---

# %% solution="dequantize"
def dequantize(q, scale):
    return q.astype(float) * scale[0]
