# ---
# misconception: Any pooling will do.
# loses:
#   test_vgg_stage: 3
# says:
#   test_vgg_stage: ["one max pooling"]
# ---

# %% solution="VGGStage"
class VGGStage(nn.Module):
    def __init__(self, in_channels, channels, convolutions):
        super().__init__()
        layers = []
        for _ in range(convolutions):
            layers += [nn.Conv2d(in_channels, channels, 3, padding=1), nn.ReLU()]
            in_channels = channels
        self.layers = nn.Sequential(*layers, nn.AvgPool2d(2))

    def forward(self, x):
        return self.layers(x)
