# ---
# misconception: Channels go up to the next multiple of 8.
# loses:
#   test_grow: 2
# says:
#   test_grow: [channels]
# ---

# %% solution="grow"
def grow(channels, blocks, image_size, phi, alpha=1.2, beta=1.1, gamma=1.15):
    wider = []
    for c in channels:
        w = c * beta**phi
        rounded = max(8, math.ceil(w / 8) * 8)
        if rounded < 0.9 * w:
            rounded += 8
        wider.append(rounded)
    deeper = [math.ceil(alpha**phi * b) for b in blocks]
    return wider, deeper, round(gamma**phi * image_size)
