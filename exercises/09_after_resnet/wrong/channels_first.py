# ---
# misconception: A token is a map.
# loses:
#   test_patch_embedding: 3
# says:
#   test_patch_embedding: [(N, L, D)]
# ---

# %% solution="PatchEmbedding"
class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch, in_channels, dim):
        super().__init__()
        self.cut = nn.Conv2d(in_channels, dim, patch, stride=patch)
        self.class_token = nn.Parameter(torch.zeros(dim))
        self.positions = nn.Parameter(torch.zeros(dim, 1 + (image_size // patch) ** 2))

    def forward(self, x):
        patches = self.cut(x).flatten(2)
        first = self.class_token.expand(len(x), 1, -1).transpose(1, 2)
        return torch.cat([first, patches], dim=2) + self.positions
