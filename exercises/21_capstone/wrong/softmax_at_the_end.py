# ---
# misconception: The network ends in a softmax.
# loses:
#   test_build_model: 4
# says:
#   test_build_model: [already probabilities]
# ---

# %% solution="build_model"
def build_model(in_channels, num_classes):
    layers, before = [], in_channels
    for after in (16, 32, 64):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
        before = after
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(256, num_classes), nn.Softmax(dim=1))
