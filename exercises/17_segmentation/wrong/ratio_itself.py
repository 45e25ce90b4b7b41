# ---
# misconception: The fewest over the most, which is 1 where all is even.
# loses:
#   test_checkerboard_index: 2
# says:
#   test_checkerboard_index: [two stamps]
# ---

# %% solution="checkerboard_index"
def checkerboard_index(kernel_size, stride):
    count = np.zeros(40 * stride + kernel_size)
    for place in range(41):
        count[place * stride : place * stride + kernel_size] += 1
    inside = count[kernel_size:-kernel_size]
    return float(inside.min() / inside.max())
