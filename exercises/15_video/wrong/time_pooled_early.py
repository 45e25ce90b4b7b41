# ---
# misconception: The pooling halves the frames, too.
# loses:
#   test_video_net: 4
# says:
#   test_video_net: [leave the frames alone]
# ---

# %% solution="VideoNet"
class VideoNet(nn.Module):
    def __init__(self, num_classes, width):
        super().__init__()
        self.first = nn.Conv3d(1, width, 3, padding=1)
        self.pool = nn.MaxPool3d((2, 2, 2))
        self.second = nn.Conv3d(width, 2 * width, 3, padding=1)
        self.head = nn.Linear(2 * width, num_classes)

    def forward(self, x):
        x = self.pool(torch.relu(self.first(x)))
        x = torch.relu(self.second(x))
        return self.head(x.mean(dim=(2, 3, 4)))
