# ---
# misconception: Thawed means in training mode.
# loses:
#   test_transfer: 5
# says:
#   test_transfer: ["mode of the whole network"]
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
        self.features.train(not frozen)
        return self

    def train(self, mode=True):
        super().train(mode)
        self.features.train(mode and not self.frozen)
        return self
