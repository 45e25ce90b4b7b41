# ---
# misconception: A dense layer is put on large maps, where all its weights are.
# loses:
#   test_build_model: 4
# says:
#   test_build_model: [more than the 40]
# ---

# %% solution="build_model"
def build_model(in_channels, num_classes):
    return nn.Sequential(
        nn.Conv2d(in_channels, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(1024, 64), nn.ReLU(), nn.Linear(64, num_classes),
    )
