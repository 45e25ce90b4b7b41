# ---
# misconception: The probabilities are computed first, and their logarithm is lost for large scores.
# loses:
#   test_gan_losses: 1
# says:
#   test_gan_losses: ["must not break"]
# ---

# %% solution="gan_losses"
def gan_losses(real, made):
    with np.errstate(all="ignore"):
        of_real, of_made = 1 / (1 + np.exp(-real)), 1 / (1 + np.exp(-made))
        discriminator = -np.log(of_real).mean() - np.log(1 - of_made).mean()
        return discriminator, -np.log(of_made).mean()
