# ---
# misconception: Stamps stand one pixel apart.
# loses:
#   test_stamps: 2
# says:
#   test_stamps: [times the stride]
# ---

# %% solution="stamps"
def stamps(size, kernel_size, stride):
    count = np.zeros((size - 1) * stride + kernel_size, dtype=int)
    for place in range(size):
        count[place * 1 : place * 1 + kernel_size] += 1
    return count
