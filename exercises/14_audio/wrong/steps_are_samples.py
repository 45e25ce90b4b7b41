# ---
# misconception: A step of a later layer is a sample.
# loses:
#   test_hears: 2
# says:
#   test_hears: [a step of a later layer]
# ---

# %% solution="hears"
def hears(kernel_size, stride, dilations, rate):
    return 1000 * (kernel_size + sum(dilations)) / rate
