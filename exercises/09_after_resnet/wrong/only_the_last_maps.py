# ---
# misconception: Each layer reads the layer before it alone.
# loses:
#   test_dense_block: 3
# says:
#   test_dense_block: [the second these 4]
# ---

# %% solution="DenseBlock"
class DenseBlock(nn.Module):
    def __init__(self, in_channels, growth, layers):
        super().__init__()
        self.layers = nn.ModuleList()
        for n in range(layers):
            read = growth if n else in_channels
            conv = nn.Conv2d(read, growth, 3, padding=1, bias=False)
            self.layers.append(nn.Sequential(nn.BatchNorm2d(read), nn.ReLU(), conv))

    def forward(self, x):
        maps = [x]
        for layer in self.layers:
            maps.append(layer(maps[-1]))
        return torch.cat(maps, dim=1)
