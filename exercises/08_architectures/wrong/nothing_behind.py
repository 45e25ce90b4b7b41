# ---
# misconception: Nothing stands behind the addition.
# loses:
#   test_bottleneck: 4
# says:
#   test_bottleneck: ["Behind the addition"]
# ---

# %% solution="Bottleneck"
class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride):
        super().__init__()

        def norm_conv(a, b, kernel_size, stride):
            padding = kernel_size // 2
            conv = nn.Conv2d(a, b, kernel_size, stride, padding, bias=False)
            return [conv, nn.BatchNorm2d(b)]

        self.residual = nn.Sequential(
            *norm_conv(in_channels, channels, 1, 1), nn.ReLU(),
            *norm_conv(channels, channels, 3, stride), nn.ReLU(),
            *norm_conv(channels, 4 * channels, 1, 1),
        )
        self.shortcut = nn.Sequential()  # hands on what it gets
        if stride != 1 or in_channels != 4 * channels:
            self.shortcut = nn.Sequential(*norm_conv(in_channels, 4 * channels, 1, stride))

    def forward(self, x):
        return self.residual(x) + self.shortcut(x)
