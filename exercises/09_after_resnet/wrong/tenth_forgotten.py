# ---
# misconception: The nearest multiple of 8 is always taken.
# loses:
#   test_grow: 2
# says:
#   test_grow: [more than a tenth]
# ---

# %% solution="grow"
def grow(channels, blocks, image_size, phi, alpha=1.2, beta=1.1, gamma=1.15):
    wider = []
    for c in channels:
        w = c * beta**phi
        rounded = max(8, int(w + 4) // 8 * 8)
        wider.append(rounded)
    deeper = [math.ceil(alpha**phi * b) for b in blocks]
    return wider, deeper, round(gamma**phi * image_size)
