# ---
# misconception: Only patches have a position.
# loses:
#   test_patch_embedding: 3
# says:
#   test_patch_embedding: [a position for each of the 10]
# ---

# %% solution="PatchEmbedding"
class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch, in_channels, dim):
        super().__init__()
        self.cut = nn.Conv2d(in_channels, dim, patch, stride=patch)
        self.class_token = nn.Parameter(torch.zeros(dim))
        self.positions = nn.Parameter(torch.zeros((image_size // patch) ** 2, dim))

    def forward(self, x):
        patches = self.cut(x).flatten(2).transpose(1, 2)
        first = self.class_token.expand(len(x), 1, -1)
        return torch.cat([first, patches + self.positions], dim=1)
