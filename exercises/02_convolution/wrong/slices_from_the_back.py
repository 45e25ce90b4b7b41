# ---
# misconception: The middle of the frame is frame[padding:-padding], whatever the padding.
# loses:
#   test_pad2d: 2
# says:
#   test_pad2d: [padding=0]
# ---

# %% solution="pad2d"
def pad2d(image, padding):
    H, W = image.shape
    frame = np.zeros((H + 2 * padding, W + 2 * padding))
    if padding:
        frame[padding:-padding, padding:-padding] = image
    return frame
