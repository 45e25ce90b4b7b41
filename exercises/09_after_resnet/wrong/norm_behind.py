# ---
# misconception: The norm stands behind the convolution, as in ResNet.
# loses:
#   test_dense_block: 3
# says:
#   test_dense_block: [A norm stands before each]
# ---

# %% solution="DenseBlock"
class DenseBlock(nn.Module):
    def __init__(self, in_channels, growth, layers):
        super().__init__()
        self.layers = nn.ModuleList()
        for n in range(layers):
            read = in_channels + n * growth
            conv = nn.Conv2d(read, growth, 3, padding=1, bias=False)
            self.layers.append(nn.Sequential(conv, nn.BatchNorm2d(growth), nn.ReLU()))

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, layer(x)], dim=1)
        return x
