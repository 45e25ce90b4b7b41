# ---
# misconception: The first object gets 0, like the background.
# loses:
#   test_instances: 3
# says:
#   test_instances: [a number from 1]
# ---

# %% solution="instances"
def instances(mask):
    H, W = mask.shape
    numbers = np.zeros((H, W), dtype=int)
    number = 0
    for i, j in zip(*np.nonzero(mask)):
        if numbers[i, j] == 0:
            number += 1
            numbers[i, j] = number
            spread = [(i, j)]
            while spread:
                y, x = spread.pop()
                for v, u in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                    v, u = v, u
                    if 0 <= v < H and 0 <= u < W and mask[v, u] and numbers[v, u] == 0:
                        numbers[v, u] = number
                        spread.append((v, u))
    return numbers - mask
