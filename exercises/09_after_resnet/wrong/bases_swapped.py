# ---
# misconception: Alpha widens and beta deepens.
# loses:
#   test_grow: 3
# says:
#   test_grow: [Is it beta that widens]
# ---

# %% solution="grow"
def grow(channels, blocks, image_size, phi, alpha=1.2, beta=1.1, gamma=1.15):
    wider = []
    for c in channels:
        w = c * alpha**phi
        rounded = max(8, int(w + 4) // 8 * 8)
        if rounded < 0.9 * w:
            rounded += 8
        wider.append(rounded)
    deeper = [math.ceil(beta**phi * b) for b in blocks]
    return wider, deeper, round(gamma**phi * image_size)
