# ---
# misconception: The second layer's result is the gate.
# loses:
#   test_squeeze_excite: 3
# says:
#   test_squeeze_excite: [a sigmoid gives 1/2]
# ---

# %% solution="SqueezeExcite"
class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.squeeze = nn.Linear(channels, squeezed)
        self.excite = nn.Linear(squeezed, channels)

    def forward(self, x):
        gates = self.excite(torch.relu(self.squeeze(x.mean(dim=(2, 3)))))
        return x * gates[:, :, None, None]
