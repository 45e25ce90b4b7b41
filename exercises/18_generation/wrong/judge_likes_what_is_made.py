# ---
# misconception: The discriminator's signs are exchanged, so that it rewards high scores of made images.
# loses:
#   test_gan_losses: 2
# says:
#   test_gan_losses: ["nearly content"]
# ---

# %% solution="gan_losses"
def gan_losses(real, made):
    discriminator = np.logaddexp(0, real).mean() + np.logaddexp(0, -made).mean()
    return discriminator, np.logaddexp(0, -made).mean()
