# ---
# misconception: The middle is as wide as expansion times the output.
# loses:
#   test_inverted_residual: 4
# says:
#   test_inverted_residual: [widen]
# ---

# %% solution="InvertedResidual"
class InvertedResidual(nn.Module):
    def __init__(self, in_channels, out_channels, expansion, stride):
        super().__init__()
        wide = expansion * out_channels
        layers = []
        if expansion > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU6()]
        layers += [
            nn.Conv2d(wide, wide, 3, stride, padding=1, groups=wide, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU6(),
            nn.Conv2d(wide, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
        ]
        self.layers = nn.Sequential(*layers)
        self.adds = stride == 1 and in_channels == out_channels

    def forward(self, x):
        return x + self.layers(x) if self.adds else self.layers(x)
