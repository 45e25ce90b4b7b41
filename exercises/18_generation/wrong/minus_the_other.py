# ---
# misconception: The generator's loss is minus the discriminator's.
# loses:
#   test_gan_losses: 2
# says:
#   test_gan_losses: ["minus the discriminator"]
# ---

# %% solution="gan_losses"
def gan_losses(real, made):
    discriminator = np.logaddexp(0, -real).mean() + np.logaddexp(0, made).mean()
    return discriminator, -discriminator
