# ---
# misconception: Only batch norm has to be in evaluation mode.
# loses:
#   test_transfer: 5
# says:
#   test_transfer: ["A layer of the frozen backbone"]
# ---

# %% solution="Transfer"
class Transfer(nn.Module):
    def __init__(self, features, head):
        super().__init__()
        self.features, self.head = features, head
        self.frozen = False

    def forward(self, x):
        return self.head(self.features(x))

    def freeze(self, frozen=True):
        self.frozen = frozen
        self.features.requires_grad_(not frozen)
        return self.train(self.training)

    def train(self, mode=True):
        super().train(mode)
        for layer in self.features.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.train(mode and not self.frozen)
        return self
