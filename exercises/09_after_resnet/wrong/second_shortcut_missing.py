# ---
# misconception: One shortcut is enough.
# loses:
#   test_encoder_layer: 3
# says:
#   test_encoder_layer: [shortcuts carry]
# ---

# %% solution="EncoderLayer"
class EncoderLayer(nn.Module):
    def __init__(self, dim, heads, hidden):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))

    def forward(self, x):
        y = self.norm1(x)
        z = x + self.attention(y, y, y)[0]
        return self.mlp(self.norm2(z))
