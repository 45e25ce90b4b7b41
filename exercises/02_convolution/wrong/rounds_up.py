# ---
# misconception: An incomplete last step of the stride is taken all the same.
# loses:
#   test_output_size: 2
# says:
#   test_output_size: [round down]
# ---

# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0):
    room = size + 2 * padding - kernel_size
    if room < 0:
        raise ValueError("the window does not fit")
    return int(np.ceil(room / stride)) + 1
