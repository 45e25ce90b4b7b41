# ---
# misconception: Patches are read column by column.
# loses:
#   test_patch_embedding: 3
# says:
#   test_patch_embedding: [row by row]
# ---

# %% solution="PatchEmbedding"
class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch, in_channels, dim):
        super().__init__()
        self.cut = nn.Conv2d(in_channels, dim, patch, stride=patch)
        self.class_token = nn.Parameter(torch.zeros(dim))
        self.positions = nn.Parameter(torch.zeros(1 + (image_size // patch) ** 2, dim))

    def forward(self, x):
        patches = self.cut(x).transpose(2, 3).flatten(2).transpose(1, 2)
        first = self.class_token.expand(len(x), 1, -1)
        return torch.cat([first, patches], dim=1) + self.positions
