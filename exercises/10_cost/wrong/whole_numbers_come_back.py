# ---
# misconception: Weights are cut to whole numbers.
# loses:
#   test_dequantize: 2
# says:
#   test_dequantize: [whole numbers]
# ---

# %% solution="dequantize"
def dequantize(q, scale):
    return q.astype(float) * scale[:, None, None, None] // 1
