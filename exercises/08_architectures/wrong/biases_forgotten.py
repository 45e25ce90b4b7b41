# ---
# misconception: Parameters are weights.
# loses:
#   test_vgg_counts: 2
# says:
#   test_vgg_counts: ["all parameters", "dense parameters"]
# ---

# %% solution="vgg_counts"
def vgg_counts(stages, dense, in_channels, size):
    in_stages = in_dense = multiply_adds = 0
    for convolutions, channels in stages:
        for _ in range(convolutions):
            weights = 9 * in_channels * channels
            in_stages += weights
            multiply_adds += weights * size * size
            in_channels = channels
        size //= 2
    features = in_channels * size * size
    for units in dense:
        in_dense += features * units
        multiply_adds += features * units
        features = units
    return in_stages + in_dense, in_dense, multiply_adds
