# ---
# misconception: A frozen network is in evaluation mode altogether.
# loses:
#   test_transfer: 5
# says:
#   test_transfer: ["head belongs in training mode"]
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
        super().train(mode and not self.frozen)
        self.features.train(mode and not self.frozen)
        return self
