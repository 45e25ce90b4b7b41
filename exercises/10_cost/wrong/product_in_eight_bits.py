# ---
# misconception: The product is taken in eight bits and runs over.
# loses:
#   test_dequantize: 2
# says:
#   test_dequantize: [second hint]
# ---

# %% solution="dequantize"
def dequantize(q, scale):
    return q * scale[:, None, None, None]
