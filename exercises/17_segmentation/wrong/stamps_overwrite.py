# ---
# misconception: A stamp overwrites what was there.
# loses:
#   test_stamps: 2
# says:
#   test_stamps: [do not overwrite]
# ---

# %% solution="stamps"
def stamps(size, kernel_size, stride):
    count = np.zeros((size - 1) * stride + kernel_size, dtype=int)
    for place in range(size):
        count[place * stride : place * stride + kernel_size] = 1
    return count
