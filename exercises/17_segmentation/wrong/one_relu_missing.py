# ---
# misconception: After the joint there is no ReLU.
# loses:
#   test_small_unet: 4
# says:
#   test_small_unet: [ReLU after each]
# ---

# %% solution="SmallUNet"
class SmallUNet(nn.Module):
    def __init__(self, in_channels, num_classes, width):
        super().__init__()
        self.down = nn.Conv2d(in_channels, width, 3, padding=1)
        self.bottom = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.up = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.join = nn.Conv2d(2 * width, width, 3, padding=1)
        self.head = nn.Conv2d(width, num_classes, 1)

    def forward(self, x):
        level = torch.relu(self.down(x))
        pooled = nn.functional.max_pool2d(level, 2)
        below = torch.relu(self.bottom(pooled))
        joined = torch.cat((level, self.up(below)), dim=1)
        return self.head(self.join(joined))
