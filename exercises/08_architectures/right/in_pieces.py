# ---
# how: Small modules put together by name, tensors in another memory order, arrays for the counting.
# ---

# %% solution="TableConv"
class TableConv(nn.Module):
    def __init__(self, table, kernel_size):
        super().__init__()
        self.table = [tuple(row) for row in table]
        self.kernels = nn.ModuleDict({
            f"{o}_{c}": nn.Conv2d(1, 1, kernel_size, bias=False)
            for o, row in enumerate(self.table) for c in row
        })
        self.bias = nn.Parameter(torch.zeros(len(self.table), 1, 1))

    def forward(self, x):
        maps = []
        for o, row in enumerate(self.table):
            maps.append(sum(self.kernels[f"{o}_{c}"](x[:, [c]])[:, 0] for c in row))
        return torch.stack(maps, 1) + self.bias


# %% solution="VGGStage"
class VGGStage(nn.Sequential):
    def __init__(self, in_channels, channels, convolutions):
        widths = [in_channels] + [channels] * convolutions
        pairs = zip(widths[:-1], widths[1:])
        super().__init__(*(
            nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.ReLU(inplace=True)) for a, b in pairs
        ))
        self.add_module("pool", nn.MaxPool2d((2, 2), (2, 2)))


# %% solution="vgg_counts"
def vgg_counts(stages, dense, in_channels, size):
    widths, sides = [in_channels], []
    for convolutions, channels in stages:
        widths += [channels] * convolutions
        sides += [size] * convolutions
        size = size // 2
    widths, sides = np.array(widths, dtype=np.int64), np.array(sides, dtype=np.int64)
    convolved = 9 * widths[:-1] * widths[1:]
    reads = np.array([widths[-1] * size * size, *dense], dtype=np.int64)
    connected = reads[:-1] * reads[1:]
    last = connected.sum() + reads[1:].sum()
    return np.array([
        last + convolved.sum() + widths[1:].sum(), last, connected.sum() + convolved @ sides**2
    ])


# %% solution="Inception"
def conv_relu(in_channels, out_channels, size):
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, size, padding=size // 2), nn.ReLU(inplace=True)
    )


class Inception(nn.Module):
    def __init__(self, in_channels, channels):
        super().__init__()
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, 1, 1), conv_relu(in_channels, channels[5], 1)
        )
        self.branch3 = nn.Sequential(
            conv_relu(in_channels, channels[3], 1), conv_relu(channels[3], channels[4], 5)
        )
        self.branch2 = nn.Sequential(
            conv_relu(in_channels, channels[1], 1), conv_relu(channels[1], channels[2], 3)
        )
        self.branch1 = conv_relu(in_channels, channels[0], 1)

    def forward(self, x):
        x = x.contiguous(memory_format=torch.channels_last)
        return torch.cat(
            (self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)), dim=-3
        )


# %% solution="BasicBlock"
class ConvNorm(nn.Sequential):
    def __init__(self, a, b, kernel_size, stride=1):
        padding = (kernel_size - 1) // 2
        super().__init__(
            nn.Conv2d(a, b, kernel_size, stride, padding, bias=False), nn.BatchNorm2d(b)
        )


class BasicBlock(nn.Module):
    def __init__(self, in_channels, channels, stride):
        super().__init__()
        same = stride == 1 and in_channels == channels
        self.shortcut = nn.Sequential() if same else ConvNorm(in_channels, channels, 1, stride)
        self.first = ConvNorm(in_channels, channels, 3, stride)
        self.second = ConvNorm(channels, channels, 3)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        x = x.to(memory_format=torch.channels_last)
        return self.relu(self.shortcut(x) + self.second(self.relu(self.first(x))))


# %% solution="Bottleneck"
class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride):
        super().__init__()
        out_channels = 4 * channels
        self.path = nn.Sequential()
        steps = (
            (in_channels, channels, 1, 1, 0), (channels, channels, 3, stride, 1),
            (channels, out_channels, 1, 1, 0),
        )
        for n, (a, b, kernel_size, step, padding) in enumerate(steps):
            self.path.add_module(f"conv{n}", nn.Conv2d(a, b, kernel_size, step, padding, bias=False))
            self.path.add_module(f"norm{n}", nn.BatchNorm2d(b))
            if n < 2:
                self.path.add_module(f"relu{n}", nn.ReLU(inplace=True))
        self.way = nn.Identity() if (stride, in_channels) == (1, out_channels) else nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 1, stride, bias=False),
            nn.BatchNorm2d(out_channels),
        )

    def forward(self, x):
        return (self.way(x) + self.path(x)).relu()


# %% solution="SmallResNet"
class SmallResNet(nn.Sequential):
    def __init__(self, in_channels, widths, counts, num_classes, block=PlainBlock):
        plan = [(widths[0], 1)] * counts[0]
        for width, count in zip(widths[1:], counts[1:]):
            plan += [(width, 2)] + [(width, 1)] * (count - 1)
        channels, blocks = widths[0], []
        for width, stride in plan:
            blocks.append(block(channels, width, stride))
            channels = width
        super().__init__(
            nn.Sequential(
                nn.Conv2d(in_channels, widths[0], 3, 1, 1, bias=False),
                nn.BatchNorm2d(widths[0]),
                nn.ReLU(inplace=True),
            ),
            *blocks,
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(channels, num_classes),
        )
