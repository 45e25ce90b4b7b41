# ---
# misconception: The scale is not learnt.
# loses:
#   test_convnext_block: 4
# says:
#   test_convnext_block: [The scale is a parameter]
# ---

# %% solution="ConvNeXtBlock"
class ConvNeXtBlock(nn.Module):
    def __init__(self, channels, scale=1e-6):
        super().__init__()
        wide = 4 * channels
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, wide), nn.GELU(), nn.Linear(wide, channels))
        self.scale = torch.full((channels,), scale)

    def forward(self, x):
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        return x + (self.scale * self.mlp(y)).permute(0, 3, 1, 2)
