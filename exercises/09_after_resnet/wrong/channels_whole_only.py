# ---
# misconception: Whole channels are enough.
# loses:
#   test_grow: 2
# says:
#   test_grow: [multiple of 8]
# ---

# %% solution="grow"
def grow(channels, blocks, image_size, phi, alpha=1.2, beta=1.1, gamma=1.15):
    wider = []
    for c in channels:
        w = c * beta**phi
        rounded = round(w)
        if rounded < 0.9 * w:
            rounded += 1
        wider.append(rounded)
    deeper = [math.ceil(alpha**phi * b) for b in blocks]
    return wider, deeper, round(gamma**phi * image_size)
