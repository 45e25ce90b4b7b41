# ---
# misconception: Images of bytes are subtracted as bytes.
# loses:
#   test_psnr: 2
# says:
#   test_psnr: ["uint8"]
# ---

# %% solution="psnr"
def psnr(image, reference, data_range=1.0):
    error = np.mean((image - reference) ** 2)
    return 10 * np.log10(data_range**2 / error) if error > 0 else float("inf")
