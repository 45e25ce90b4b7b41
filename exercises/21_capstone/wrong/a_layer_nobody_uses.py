# ---
# misconception: A layer is made that does not stand between input and output.
# loses:
#   test_build_model: 4
# says:
#   test_build_model: [never used]
# ---

# %% solution="build_model"
class Network(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        self.first = nn.Conv2d(in_channels, 16, 3, padding=1)
        self.second = nn.Conv2d(16, 16, 3, padding=1)
        self.head = nn.Linear(16 * 16, num_classes)

    def forward(self, x):
        return self.head(F.max_pool2d(F.relu(self.first(x)), 4).flatten(1))


def build_model(in_channels, num_classes):
    return Network(in_channels, num_classes)
