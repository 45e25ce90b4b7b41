# ---
# misconception: Maps are put together along the first axis.
# loses:
#   test_inception: 4
# says:
#   test_inception: ["Which axis"]
# ---

# %% solution="Inception"
class Inception(nn.Module):
    def __init__(self, in_channels, channels):
        super().__init__()
        one, reduce3, three, reduce5, five, pooled = channels
        self.one = nn.Conv2d(in_channels, one, 1)
        self.reduce3 = nn.Conv2d(in_channels, reduce3, 1)
        self.three = nn.Conv2d(reduce3, three, 3, padding=1)
        self.reduce5 = nn.Conv2d(in_channels, reduce5, 1)
        self.five = nn.Conv2d(reduce5, five, 5, padding=2)
        self.pooled = nn.Conv2d(in_channels, pooled, 1)

    def forward(self, x):
        relu = torch.relu
        branches = [
            relu(self.one(x)),
            relu(self.three(relu(self.reduce3(x)))),
            relu(self.five(relu(self.reduce5(x)))),
            relu(self.pooled(nn.functional.max_pool2d(x, 3, 1, 1))),
        ]
        most = max(maps.shape[1] for maps in branches)
        pads = [(0, 0, 0, 0, 0, most - maps.shape[1]) for maps in branches]
        return torch.cat([nn.functional.pad(m, pad) for m, pad in zip(branches, pads)], dim=0)
