# ---
# misconception: A dense block adds maps, as a residual block does.
# loses:
#   test_dense_block: 3
# says:
#   test_dense_block: [hands on all maps]
# ---

# %% solution="DenseBlock"
class DenseBlock(nn.Module):
    def __init__(self, in_channels, growth, layers):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.BatchNorm2d(in_channels),
                nn.ReLU(),
                nn.Conv2d(in_channels, in_channels, 3, padding=1, bias=False),
            )
            for _ in range(layers)
        )

    def forward(self, x):
        for layer in self.layers:
            x = x + layer(x)
        return x
