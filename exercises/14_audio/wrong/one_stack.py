# ---
# misconception: Equal dilations are counted once.
# loses:
#   test_hears: 2
# says:
#   test_hears: [no layer adds more]
# ---

# %% solution="hears"
def hears(kernel_size, stride, dilations, rate):
    return 1000 * (kernel_size + stride * sum(set(dilations))) / rate
