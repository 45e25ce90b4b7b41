# ---
# misconception: The number of classes is written into the network.
# loses:
#   test_build_model: 4
# says:
#   test_build_model: [both are arguments]
# ---

# %% solution="build_model"
def build_model(in_channels, num_classes):
    layers, before = [], in_channels
    for after in (16, 32, 64):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
        before = after
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(256, 10))
