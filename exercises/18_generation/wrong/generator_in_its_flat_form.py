# ---
# misconception: The generator makes log(1 - D) small, which is flat where it is bad.
# loses:
#   test_gan_losses: 2
# says:
#   test_gan_losses: ["minus the discriminator"]
# ---

# %% solution="gan_losses"
def gan_losses(real, made):
    discriminator = np.logaddexp(0, -real).mean() + np.logaddexp(0, made).mean()
    return discriminator, -np.logaddexp(0, made).mean()
