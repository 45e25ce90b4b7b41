# ---
# misconception: Stored numbers are taken to be positive.
# loses:
#   test_dequantize: 2
# says:
#   test_dequantize: [sign kept]
# ---

# %% solution="dequantize"
def dequantize(q, scale):
    return abs(q.astype(float)) * scale[:, None, None, None]
