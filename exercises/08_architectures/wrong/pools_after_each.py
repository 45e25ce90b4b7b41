# ---
# misconception: Each convolution is followed by a pooling.
# loses:
#   test_vgg_stage: 3
# says:
#   test_vgg_stage: ["halves the size once"]
# ---

# %% solution="VGGStage"
class VGGStage(nn.Module):
    def __init__(self, in_channels, channels, convolutions):
        super().__init__()
        layers = []
        for _ in range(convolutions):
            layers += [nn.Conv2d(in_channels, channels, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True)]
            in_channels = channels
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)
