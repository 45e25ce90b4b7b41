# ---
# misconception: Slices are written for shifts to the right and down only.
# loses:
#   test_shift_images: 3
# says:
#   test_shift_images: [Negative shifts]
# ---

# %% solution="shift_images"
def shift_images(images, dy, dx, fill=0.0):
    N, H, W = images.shape
    moved = np.full_like(images, fill)
    dy, dx = min(dy, H), min(dx, W)
    inside = images[:, : H - dy, : W - dx]
    room = moved[:, dy:, dx:]
    rows, columns = min(inside.shape[1], room.shape[1]), min(inside.shape[2], room.shape[2])
    room[:, :rows, :columns] = inside[:, :rows, :columns]
    return moved
