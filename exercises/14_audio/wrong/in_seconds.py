# ---
# misconception: Samples by the rate are the answer.
# loses:
#   test_hears: 2
# says:
#   test_hears: [in milliseconds]
# ---

# %% solution="hears"
def hears(kernel_size, stride, dilations, rate):
    return (kernel_size + stride * sum(dilations)) / rate
