# ---
# misconception: Each gated layer adds a kernel of two, spread by its dilation.
# loses:
#   test_hears: 2
# says:
#   test_hears: [no layer adds more]
# ---

# %% solution="hears"
def hears(kernel_size, stride, dilations, rate):
    return 1000 * (kernel_size + stride * sum(2 * dilation for dilation in dilations)) / rate
