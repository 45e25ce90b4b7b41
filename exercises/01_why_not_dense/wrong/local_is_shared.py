# ---
# misconception: Looking locally is taken to include sharing.
# loses:
#   test_three_designs: 1
# says:
#   test_three_designs: [local layer comes out wrong]
# ---

# %% solution="three_designs"
def three_designs(shape, maps, kernel_size):
    C, H, W = shape
    places = (H - kernel_size + 1) * (W - kernel_size + 1)
    window = C * kernel_size**2
    return C * H * W * maps * places, window * maps, window * maps
