# ---
# misconception: Both convolutions have biases.
# loses:
#   test_space_then_time: 3
# says:
#   test_space_then_time: [a bias]
# ---

# %% solution="SpaceThenTime"
class SpaceThenTime(nn.Module):
    def __init__(self, in_channels, between, out_channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv3d(in_channels, between, (1, 3, 3), padding=(0, 1, 1)),
            nn.BatchNorm3d(between), nn.ReLU(),
            nn.Conv3d(between, out_channels, (3, 1, 1), padding=(1, 0, 0)),
        )

    def forward(self, x):
        return self.layers(x)
