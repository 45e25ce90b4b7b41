# ---
# how: The formulas written out with sums and single steps; norms, gates and GELU by hand where the text allows it.
# ---

# %% solution="DenseBlock"
class DenseBlock(nn.Module):
    def __init__(self, in_channels, growth, layers):
        super().__init__()
        self.number = layers
        for n in range(layers):
            read = in_channels + n * growth
            self.add_module(f"norm{n}", nn.BatchNorm2d(read))
            self.add_module(f"conv{n}", nn.Conv2d(read, growth, (3, 3), padding=(1, 1), bias=False))

    def forward(self, x):
        for n in range(self.number):
            y = getattr(self, f"norm{n}")(x)
            x = torch.hstack([x, getattr(self, f"conv{n}")(torch.where(y > 0, y, torch.zeros_like(y)))])
        return x


# %% solution="InvertedResidual"
class InvertedResidual(nn.Module):
    def __init__(self, in_channels, out_channels, expansion, stride):
        super().__init__()
        m = expansion * in_channels
        self.body = nn.Sequential()
        if m != in_channels:
            self.body.append(nn.Conv2d(in_channels, m, 1, bias=False))
            self.body.append(nn.BatchNorm2d(m))
            self.body.append(nn.Hardtanh(0, 6))
        self.body.append(nn.Conv2d(m, m, 3, stride, 1, groups=m, bias=False))
        self.body.append(nn.BatchNorm2d(m))
        self.body.append(nn.ReLU6())
        self.body.append(nn.Conv2d(m, out_channels, 1, bias=False))
        self.body.append(nn.BatchNorm2d(out_channels))

    def forward(self, x):
        y = self.body(x)
        return y + x if y.shape == x.shape else y


# %% solution="SqueezeExcite"
class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.a = nn.Linear(channels, squeezed)
        self.b = nn.Linear(squeezed, channels)

    def forward(self, x):
        N, C, H, W = x.shape
        s = x.reshape(N, C, H * W).sum(dim=2) / (H * W)
        inner = torch.clamp(self.a(s), min=0)
        g = 1 / (1 + torch.exp(-self.b(inner)))
        return torch.einsum("nchw,nc->nchw", x, g)


# %% solution="grow"
def grow(channels, blocks, image_size, phi, alpha=1.2, beta=1.1, gamma=1.15):
    def width(c):
        wanted = c * beta**phi
        below = int(wanted // 8) * 8
        best = below if wanted - below < 4 and below >= 0.9 * wanted else below + 8
        return max(best, 8)

    return (
        [width(c) for c in channels],
        [-int(-(b * alpha**phi) // 1) for b in blocks],
        int(image_size * gamma**phi + 0.5),
    )


# %% solution="PatchEmbedding"
class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch, in_channels, dim):
        super().__init__()
        self.start = nn.Parameter(torch.zeros(1, dim))
        self.conv = nn.Conv2d(in_channels, dim, patch, patch)
        self.where = nn.Parameter(torch.zeros((image_size // patch) ** 2 + 1, dim))

    def forward(self, x):
        maps = self.conv(x)
        tokens = [self.start.expand(len(x), -1)]
        for i in range(maps.shape[2]):
            for j in range(maps.shape[3]):
                tokens.append(maps[:, :, i, j])
        return torch.stack(tokens, dim=1) + self.where


# %% solution="attention"
def attention(q, k, v, heads):
    shape = q.shape
    q, k, v = (torch.stack(x.chunk(heads, dim=2), dim=1) for x in (q, k, v))
    scores = torch.matmul(q, k.mT) / q.shape[-1] ** 0.5
    scores = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
    weights = scores / scores.sum(dim=-1, keepdim=True)
    return torch.matmul(weights, v).permute(0, 2, 1, 3).reshape(shape)


# %% solution="EncoderLayer"
class EncoderLayer(nn.Module):
    def __init__(self, dim, heads, hidden):
        super().__init__()
        self.look = nn.ModuleDict({
            "norm": nn.LayerNorm([dim]), "attention": nn.MultiheadAttention(dim, heads, batch_first=True),
        })
        self.think = nn.Sequential(
            nn.LayerNorm([dim]), nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim)
        )

    def forward(self, x):
        normed = self.look["norm"](x)
        z = self.look["attention"](normed, normed, normed)[0] + x
        return self.think(z) + z


# %% solution="ConvNeXtBlock"
class ConvNeXtBlock(nn.Module):
    def __init__(self, channels, scale=1e-6):
        super().__init__()
        self.filter = nn.Conv2d(channels, channels, 7, 1, 3, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.dense1 = nn.Linear(channels, channels * 4)
        self.dense2 = nn.Linear(channels * 4, channels)
        self.scale = nn.Parameter(torch.ones(1, channels, 1, 1) * scale)

    def forward(self, x):
        y = self.filter(x)
        N, C, H, W = y.shape
        y = y.flatten(2).transpose(1, 2)  # (N, H W, C)
        y = self.dense1(self.norm(y))
        y = self.dense2(y * 0.5 * (1 + torch.erf(y / math.sqrt(2))))
        return x + y.transpose(1, 2).reshape(N, C, H, W) * self.scale
