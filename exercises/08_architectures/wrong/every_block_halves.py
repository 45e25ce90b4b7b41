# ---
# misconception: All blocks of a later stage have stride 2.
# loses:
#   test_small_resnet: 4
# says:
#   test_small_resnet: ["Which blocks have stride 2"]
# ---

# %% solution="SmallResNet"
class SmallResNet(nn.Module):
    def __init__(self, in_channels, widths, counts, num_classes, block=PlainBlock):
        super().__init__()
        channels = widths[0]
        layers = [
            nn.Conv2d(in_channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
        ]
        for stage, (width, count) in enumerate(zip(widths, counts)):
            for n in range(count):
                stride = 2 if stage > 0 else 1
                layers.append(block(channels, width, stride))
                channels = width
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(channels, num_classes)

    def forward(self, x):
        return self.head(self.features(x).mean(dim=(2, 3)))
