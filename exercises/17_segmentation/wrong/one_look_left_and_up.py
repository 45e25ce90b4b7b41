# ---
# misconception: The image is read once, looking left and up.
# loses:
#   test_instances: 3
# says:
#   test_instances: [arms of a U]
# ---

# %% solution="instances"
def instances(mask):
    H, W = mask.shape
    numbers = np.zeros((H, W), dtype=int)
    number = 0
    for i in range(H):
        for j in range(W):
            if mask[i, j]:
                up = numbers[i - 1, j] if i else 0
                left = numbers[i, j - 1] if j else 0
                if not (up or left):
                    number += 1
                numbers[i, j] = up or left or number
    return numbers
