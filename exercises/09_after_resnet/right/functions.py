# ---
# how: Other names and 1 x 1 convolutions for dense layers, lists of maps, loops over heads, functions of torch for modules.
# ---

# %% solution="DenseBlock"
class DenseBlock(nn.Module):
    def __init__(self, in_channels, growth, layers):
        super().__init__()
        reads = [in_channels + growth * n for n in range(layers)]
        self.norms = nn.ModuleList([nn.BatchNorm2d(read) for read in reads])
        self.convs = nn.ModuleList([nn.Conv2d(n, growth, 3, 1, "same", bias=False) for n in reads])

    def forward(self, x):
        maps = [x]
        for norm, conv in zip(self.norms, self.convs):
            maps.append(conv(nn.functional.relu(norm(torch.cat(maps, 1)))))
        return torch.cat(maps, 1)


# %% solution="InvertedResidual"
def conv_norm(before, after, size, stride=1, groups=1):
    return nn.Sequential(
        nn.Conv2d(before, after, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(after),
    )


class InvertedResidual(nn.Module):
    def __init__(self, in_channels, out_channels, expansion, stride):
        super().__init__()
        m = in_channels * expansion
        self.expand = conv_norm(in_channels, m, 1) if expansion != 1 else None
        self.depthwise = conv_norm(m, m, 3, stride, groups=m)
        self.project = conv_norm(m, out_channels, 1)
        self.fits = (in_channels, stride) == (out_channels, 1)

    def forward(self, x):
        y = x
        if self.expand is not None:
            y = self.expand(y).clamp(0, 6)
        y = self.project(nn.functional.relu6(self.depthwise(y)))
        if self.fits:
            y = y + x
        return y


# %% solution="SqueezeExcite"
class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, squeezed, 1), nn.ReLU(),
            nn.Conv2d(squeezed, channels, 1), nn.Sigmoid(),
        )

    def forward(self, x):
        return self.gate(x) * x


# %% solution="grow"
def grow(channels, blocks, image_size, phi, alpha=1.2, beta=1.1, gamma=1.15):
    widths = np.array(channels, dtype=float) * np.power(beta, phi)
    nearest = np.maximum(8 * np.floor(widths / 8 + 0.5), 8)
    nearest = np.where(nearest < 0.9 * widths, nearest + 8, nearest).astype(int)
    depths = np.ceil(np.array(blocks) * np.power(alpha, phi)).astype(int)
    return nearest, depths, int(np.floor(image_size * np.power(gamma, phi) + 0.5))


# %% solution="PatchEmbedding"
class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch, in_channels, dim):
        super().__init__()
        side = image_size // patch
        self.project = nn.Conv2d(in_channels, dim, kernel_size=(patch, patch), stride=(patch, patch))
        self.place = nn.Parameter(torch.zeros(1, side * side + 1, dim))
        self.token = nn.Parameter(torch.zeros(1, 1, dim))
        self.patch = patch

    def forward(self, x):
        cut = nn.functional.unfold(x, self.patch, stride=self.patch).transpose(1, 2)
        patches = cut @ self.project.weight.flatten(1).T + self.project.bias
        return torch.cat((self.token.repeat(x.shape[0], 1, 1), patches), 1) + self.place


# %% solution="attention"
def attention(q, k, v, heads):
    d = q.shape[2] // heads
    results = []
    for h in range(heads):
        part = slice(h * d, (h + 1) * d)
        scores = torch.einsum("nid,njd->nij", q[:, :, part], k[:, :, part]) * d**-0.5
        results.append(scores.softmax(dim=-1) @ v[:, :, part])
    return torch.cat(results, dim=2)


# %% solution="EncoderLayer"
class EncoderLayer(nn.Module):
    def __init__(self, dim, heads, hidden):
        super().__init__()
        self.mix = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norms = nn.ModuleList([nn.LayerNorm(dim), nn.LayerNorm(dim)])
        self.wide, self.narrow = nn.Linear(dim, hidden), nn.Linear(hidden, dim)

    def forward(self, x):
        y = self.norms[0](x)
        mixed, _ = self.mix(y, y, y, need_weights=False)
        x = x + mixed
        return x + self.narrow(nn.functional.gelu(self.wide(self.norms[1](x))))


# %% solution="ConvNeXtBlock"
class ConvNeXtBlock(nn.Module):
    def __init__(self, channels, scale=1e-6):
        super().__init__()
        self.gamma = nn.Parameter(scale * torch.ones(channels, 1, 1))
        self.wide_kernel = nn.Conv2d(channels, channels, 7, padding="same", groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.up = nn.Conv2d(channels, 4 * channels, 1)
        self.down = nn.Conv2d(4 * channels, channels, 1)

    def forward(self, x):
        y = self.norm(self.wide_kernel(x).movedim(1, 3)).movedim(3, 1)
        return x + self.gamma * self.down(nn.functional.gelu(self.up(y)))
