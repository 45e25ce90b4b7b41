# ---
# misconception: Numbers are divided by the scale a second time.
# loses:
#   test_dequantize: 2
# says:
#   test_dequantize: [what undoes that]
# ---

# %% solution="dequantize"
def dequantize(q, scale):
    return q.astype(float) / scale[:, None, None, None]
