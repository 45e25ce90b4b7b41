# ---
# misconception: The widest dilation decides.
# loses:
#   test_hears: 2
# says:
#   test_hears: [shared]
# ---

# %% solution="hears"
def hears(kernel_size, stride, dilations, rate):
    return 1000 * (kernel_size + stride * max(dilations, default=0)) / rate
