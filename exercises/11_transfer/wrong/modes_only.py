# ---
# misconception: Evaluation mode stops learning.
# loses:
#   test_transfer: 5
# says:
#   test_transfer: ["still gets gradients"]
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
        return self.train(self.training)

    def train(self, mode=True):
        super().train(mode)
        self.features.train(mode and not self.frozen)
        return self
