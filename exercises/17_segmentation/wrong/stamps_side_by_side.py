# ---
# misconception: The stride is taken for the kernel's size, so that stamps never overlap.
# loses:
#   test_stamps: 2
# says:
#   test_stamps: [add, do not overwrite]
# ---

# %% solution="stamps"
def stamps(size, kernel_size, stride):
    count = np.zeros((size - 1) * stride + kernel_size, dtype=int)
    for place in range(size):
        count[place * stride : place * stride + stride] += 1
    return np.minimum(count, 1)
