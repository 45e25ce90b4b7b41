# ---
# misconception: A map is squeezed to its largest value.
# loses:
#   test_squeeze_excite: 3
# says:
#   test_squeeze_excite: [the mean of each map]
# ---

# %% solution="SqueezeExcite"
class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.squeeze = nn.Linear(channels, squeezed)
        self.excite = nn.Linear(squeezed, channels)

    def forward(self, x):
        gates = torch.sigmoid(self.excite(torch.relu(self.squeeze(x.amax(dim=(2, 3))))))
        return x * gates[:, :, None, None]
