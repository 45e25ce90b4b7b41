# ---
# misconception: Patches are all the tokens there are.
# loses:
#   test_patch_embedding: 3
# says:
#   test_patch_embedding: [one token more]
# ---

# %% solution="PatchEmbedding"
class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch, in_channels, dim):
        super().__init__()
        self.cut = nn.Conv2d(in_channels, dim, patch, stride=patch)
        self.positions = nn.Parameter(torch.zeros((image_size // patch) ** 2, dim))

    def forward(self, x):
        patches = self.cut(x).flatten(2).transpose(1, 2)
        return patches + self.positions
