# ---
# misconception: The kernels are one frame long.
# loses:
#   test_video_net: 4
# says:
#   test_video_net: [3 x 3 x 3]
# ---

# %% solution="VideoNet"
class VideoNet(nn.Module):
    def __init__(self, num_classes, width):
        super().__init__()
        self.first = nn.Conv3d(1, width, (1, 3, 3), padding=(0, 1, 1))
        self.pool = nn.MaxPool3d((1, 2, 2))
        self.second = nn.Conv3d(width, 2 * width, (1, 3, 3), padding=(0, 1, 1))
        self.head = nn.Linear(2 * width, num_classes)

    def forward(self, x):
        x = self.pool(torch.relu(self.first(x)))
        x = torch.relu(self.second(x))
        return self.head(x.mean(dim=(2, 3, 4)))
