# ---
# misconception: A window is thought to have as many places as steps.
# loses:
#   test_three_designs: 2
# says:
#   test_three_designs: [dense layer comes out wrong]
# ---

# %% solution="three_designs"
def three_designs(shape, maps, kernel_size):
    C, H, W = shape
    places = (H - kernel_size) * (W - kernel_size)
    window = C * kernel_size**2
    return C * H * W * maps * places, window * maps * places, window * maps
