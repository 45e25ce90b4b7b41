# ---
# misconception: The border, where stamps are few anyway, is counted, too.
# loses:
#   test_checkerboard_index: 2
# says:
#   test_checkerboard_index: [border]
# ---

# %% solution="checkerboard_index"
def checkerboard_index(kernel_size, stride):
    count = np.zeros(40 * stride + kernel_size)
    for place in range(41):
        count[place * stride : place * stride + kernel_size] += 1
    inside = count
    return float(1 - inside.min() / inside.max())
