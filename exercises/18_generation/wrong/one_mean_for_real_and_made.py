# ---
# misconception: Real and made scores are averaged together, so that the larger batch counts more.
# loses:
#   test_gan_losses: 1
# says:
#   test_gan_losses: ["more real images"]
# ---

# %% solution="gan_losses"
def gan_losses(real, made):
    both = np.concatenate([np.logaddexp(0, -real), np.logaddexp(0, made)])
    return 2 * both.mean(), np.logaddexp(0, -made).mean()
