# ---
# misconception: Whole numbers of 32 bits are used, which run over.
# loses:
#   test_dense_equivalent: 2
# says:
#   test_dense_equivalent: [32 bits]
# ---

# %% solution="dense_equivalent"
def dense_equivalent(layers):
    sizes = np.array(layers, dtype=np.int32)
    a, b, H, W = sizes.T
    return int((a * b * H * W * H * W).sum(dtype=np.int32))
