# ---
# misconception: The shortcut leaves out pixels and fills new channels with zeros.
# loses:
#   test_basic_block: 4
# says:
#   test_basic_block: ["in the shortcut"]
# ---

# %% solution="BasicBlock"
class BasicBlock(nn.Module):
    def __init__(self, in_channels, channels, stride):
        super().__init__()
        self.stride, self.more = stride, channels - in_channels
        self.residual = nn.Sequential(
            nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        around = x[:, :, :: self.stride, :: self.stride]
        around = nn.functional.pad(around, (0, 0, 0, 0, 0, self.more))
        return torch.relu(self.residual(x) + around)
