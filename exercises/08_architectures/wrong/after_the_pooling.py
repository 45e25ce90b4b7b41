# ---
# misconception: The positions of a stage are those behind its pooling.
# loses:
#   test_vgg_counts: 1
# says:
#   test_vgg_counts: ["*before* the pooling"]
# ---

# %% solution="vgg_counts"
def vgg_counts(stages, dense, in_channels, size):
    in_stages = in_dense = multiply_adds = 0
    for convolutions, channels in stages:
        size //= 2
        for _ in range(convolutions):
            weights = 9 * in_channels * channels
            in_stages += weights + channels
            multiply_adds += weights * size * size
            in_channels = channels
    features = in_channels * size * size
    for units in dense:
        in_dense += features * units + units
        multiply_adds += features * units
        features = units
    return in_stages + in_dense, in_dense, multiply_adds
