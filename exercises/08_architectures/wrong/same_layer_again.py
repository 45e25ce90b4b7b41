# ---
# misconception: Later convolutions can be the same layer again.
# loses:
#   test_vgg_stage: 3
# says:
#   test_vgg_stage: ["a layer of its own"]
# ---

# %% solution="VGGStage"
class VGGStage(nn.Module):
    def __init__(self, in_channels, channels, convolutions):
        super().__init__()
        first = nn.Conv2d(in_channels, channels, 3, padding=1)
        other = nn.Conv2d(channels, channels, 3, padding=1)
        layers = [first, nn.ReLU()] + [other, nn.ReLU()] * (convolutions - 1)
        self.layers = nn.Sequential(*layers, nn.MaxPool2d(2))

    def forward(self, x):
        return self.layers(x)
