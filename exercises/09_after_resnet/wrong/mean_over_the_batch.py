# ---
# misconception: The means are over the images of the batch, too.
# loses:
#   test_squeeze_excite: 3
# says:
#   test_squeeze_excite: [of one image alone]
# ---

# %% solution="SqueezeExcite"
class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.squeeze = nn.Linear(channels, squeezed)
        self.excite = nn.Linear(squeezed, channels)

    def forward(self, x):
        gates = torch.sigmoid(self.excite(torch.relu(self.squeeze(x.mean(dim=(0, 2, 3)).expand(len(x), -1)))))
        return x * gates[:, :, None, None]
