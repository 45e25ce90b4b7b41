# ---
# misconception: A bias is a multiply-add, too.
# loses:
#   test_vgg_counts: 1
# says:
#   test_vgg_counts: ["Biases do not multiply"]
# ---

# %% solution="vgg_counts"
def vgg_counts(stages, dense, in_channels, size):
    in_stages = in_dense = multiply_adds = 0
    for convolutions, channels in stages:
        for _ in range(convolutions):
            weights = 9 * in_channels * channels
            in_stages += weights + channels
            multiply_adds += (weights + channels) * size * size
            in_channels = channels
        size //= 2
    features = in_channels * size * size
    for units in dense:
        in_dense += features * units + units
        multiply_adds += (features + 1) * units
        features = units
    return in_stages + in_dense, in_dense, multiply_adds
