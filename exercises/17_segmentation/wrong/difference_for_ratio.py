# ---
# misconception: The difference of most and fewest stamps is given.
# loses:
#   test_checkerboard_index: 2
# says:
#   test_checkerboard_index: [ratio]
# ---

# %% solution="checkerboard_index"
def checkerboard_index(kernel_size, stride):
    count = np.zeros(40 * stride + kernel_size)
    for place in range(41):
        count[place * stride : place * stride + kernel_size] += 1
    inside = count[kernel_size:-kernel_size]
    return float(inside.max() - inside.min())
