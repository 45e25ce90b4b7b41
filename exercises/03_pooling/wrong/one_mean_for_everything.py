# ---
# misconception: The word global is taken to mean all images and channels as well.
# loses:
#   test_global_avg_pool2d: 2
# says:
#   test_global_avg_pool2d: [images are not mixed]
# ---

# %% solution="global_avg_pool2d"
def global_avg_pool2d(x):
    return x.mean()
