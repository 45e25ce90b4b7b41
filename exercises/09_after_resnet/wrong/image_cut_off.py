# ---
# misconception: Pixels are cut off.
# loses:
#   test_grow: 1
# says:
#   test_grow: [nearest pixel]
# ---

# %% solution="grow"
def grow(channels, blocks, image_size, phi, alpha=1.2, beta=1.1, gamma=1.15):
    wider = []
    for c in channels:
        w = c * beta**phi
        rounded = max(8, int(w + 4) // 8 * 8)
        if rounded < 0.9 * w:
            rounded += 8
        wider.append(rounded)
    deeper = [math.ceil(alpha**phi * b) for b in blocks]
    return wider, deeper, int(gamma**phi * image_size)
