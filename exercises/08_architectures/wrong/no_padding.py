# ---
# misconception: A convolution of 3 x 3 needs no padding.
# loses:
#   test_vgg_stage: 3
# says:
#   test_vgg_stage: ["padded by 1"]
# ---

# %% solution="VGGStage"
class VGGStage(nn.Module):
    def __init__(self, in_channels, channels, convolutions):
        super().__init__()
        layers = []
        for _ in range(convolutions):
            layers += [nn.Conv2d(in_channels, channels, 3), nn.ReLU()]
            in_channels = channels
        self.layers = nn.Sequential(*layers, nn.MaxPool2d(2))

    def forward(self, x):
        return self.layers(x)
