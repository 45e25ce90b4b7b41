# ---
# misconception: Two dense layers need nothing between them.
# loses:
#   test_squeeze_excite: 3
# says:
#   test_squeeze_excite: [ReLU between]
# ---

# %% solution="SqueezeExcite"
class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.squeeze = nn.Linear(channels, squeezed)
        self.excite = nn.Linear(squeezed, channels)

    def forward(self, x):
        gates = torch.sigmoid(self.excite(self.squeeze(x.mean(dim=(2, 3)))))
        return x * gates[:, :, None, None]
