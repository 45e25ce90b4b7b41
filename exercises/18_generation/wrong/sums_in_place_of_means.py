# ---
# misconception: Scores are added up over the batch, not averaged.
# loses:
#   test_gan_losses: 3
# says:
#   test_gan_losses: ["nearly content"]
# ---

# %% solution="gan_losses"
def gan_losses(real, made):
    discriminator = np.logaddexp(0, -real).sum() + np.logaddexp(0, made).sum()
    return discriminator, np.logaddexp(0, -made).sum()
