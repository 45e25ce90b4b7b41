# ---
# misconception: The gates of all maps share a sum of 1.
# loses:
#   test_squeeze_excite: 3
# says:
#   test_squeeze_excite: [each gate is 1/2]
# ---

# %% solution="SqueezeExcite"
class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.squeeze = nn.Linear(channels, squeezed)
        self.excite = nn.Linear(squeezed, channels)

    def forward(self, x):
        gates = torch.softmax(self.excite(torch.relu(self.squeeze(x.mean(dim=(2, 3))))), dim=1)
        return x * gates[:, :, None, None]
