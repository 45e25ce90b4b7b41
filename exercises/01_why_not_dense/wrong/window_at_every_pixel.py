# ---
# misconception: A window is put at every pixel, also where it hangs over.
# loses:
#   test_three_designs: 2
# says:
#   test_three_designs: [local layer comes out wrong]
# ---

# %% solution="three_designs"
def three_designs(shape, maps, kernel_size):
    C, H, W = shape
    window = C * kernel_size**2
    return C * H * W * maps * H * W, window * maps * H * W, window * maps
