# ---
# misconception: The dense layer is given one output for each map.
# loses:
#   test_three_designs: 1
# says:
#   test_three_designs: [dense layer comes out wrong]
# ---

# %% solution="three_designs"
def three_designs(shape, maps, kernel_size):
    C, H, W = shape
    places = (H - kernel_size + 1) * (W - kernel_size + 1)
    window = C * kernel_size**2
    return C * H * W * maps, window * maps * places, window * maps
