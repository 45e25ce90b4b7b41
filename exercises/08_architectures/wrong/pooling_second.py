# ---
# misconception: The 1 x 1 convolution of the fourth branch narrows before the pooling, as in the others.
# loses:
#   test_inception: 4
# says:
#   test_inception: ["before its convolution"]
# ---

# %% solution="Inception"
class Inception(nn.Module):
    def __init__(self, in_channels, channels):
        super().__init__()
        one, reduce3, three, reduce5, five, pooled = channels
        relu = nn.ReLU()
        self.branches = nn.ModuleList([
            nn.Sequential(nn.Conv2d(in_channels, one, 1), relu),
            nn.Sequential(
                nn.Conv2d(in_channels, reduce3, 1), relu,
                nn.Conv2d(reduce3, three, 3, padding=1), relu,
            ),
            nn.Sequential(
                nn.Conv2d(in_channels, reduce5, 1), relu,
                nn.Conv2d(reduce5, five, 5, padding=2), relu,
            ),
            nn.Sequential(
                nn.Conv2d(in_channels, pooled, 1), relu, nn.MaxPool2d(3, stride=1, padding=1),
            ),
        ])

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], dim=1)
