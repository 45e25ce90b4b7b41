# ---
# misconception: The large map is taken to be the small one times the stride.
# loses:
#   test_stamps: 2
# says:
#   test_stamps: [reach over 7]
# ---

# %% solution="stamps"
def stamps(size, kernel_size, stride):
    count = np.zeros(size * stride, dtype=int)
    for place in range(size):
        count[place * stride : place * stride + kernel_size] += 1
    return count
