# ---
# how: Raw parameters and torch's functions, other names and orders, recursion and sums in place of loops.
# ---

# %% solution="TableConv"
class TableConv(nn.Module):
    def __init__(self, table, kernel_size):
        super().__init__()
        self.outputs = [o for o, row in enumerate(table) for _ in row]
        self.inputs = [c for row in table for c in row]
        self.shape = len(table), kernel_size
        self.kernels = nn.Parameter(torch.randn(len(self.inputs), kernel_size, kernel_size) / 9)
        self.shifts = nn.Parameter(torch.zeros(len(table)))

    def forward(self, x):
        maps, k = self.shape
        weight = x.new_zeros(maps, x.shape[1], k, k)
        weight[self.outputs, self.inputs] = self.kernels
        return nn.functional.conv2d(x, weight, self.shifts)


# %% solution="VGGStage"
class VGGStage(nn.Module):
    def __init__(self, in_channels, channels, convolutions):
        super().__init__()
        self.later = nn.ModuleList(
            nn.Conv2d(channels, channels, (3, 3), 1, (1, 1)) for _ in range(convolutions - 1)
        )
        self.begin = nn.Conv2d(in_channels, channels, 3, padding="same")

    def forward(self, x):
        x = torch.relu_(self.begin(x))
        for conv in self.later:
            x = nn.functional.relu(conv(x), inplace=True)
        return nn.functional.max_pool2d(x, kernel_size=2)


# %% solution="vgg_counts"
def vgg_counts(stages, dense, in_channels, size):
    if stages:
        (convolutions, channels), *rest = stages
        pairs = [(in_channels, channels)] + [(channels, channels)] * (convolutions - 1)
        weights = sum(9 * a * b for a, b in pairs)
        total, last, work = vgg_counts(rest, dense, channels, size // 2)
        return total + weights + convolutions * channels, last, work + weights * size**2
    reads = [in_channels * size**2, *dense]
    work = sum(a * b for a, b in zip(reads, dense))
    return work + sum(dense), work + sum(dense), work


# %% solution="Inception"
class Inception(nn.Module):
    def __init__(self, in_channels, channels):
        super().__init__()
        one, reduce3, three, reduce5, five, pooled = channels
        self.narrow = nn.ModuleDict({
            "five": nn.Conv2d(in_channels, reduce5, 1), "three": nn.Conv2d(in_channels, reduce3, 1),
        })
        self.wide5 = nn.Conv2d(reduce5, five, 5, padding=2)
        self.wide3 = nn.Conv2d(reduce3, three, 3, padding=1)
        self.project = nn.Conv2d(in_channels, pooled, 1)
        self.direct = nn.Conv2d(in_channels, one, 1)

    def forward(self, x):
        small = self.wide3(self.narrow["three"](x).clamp(min=0))
        large = self.wide5(self.narrow["five"](x).clamp(min=0))
        pooled = self.project(nn.functional.max_pool2d(x, 3, 1, 1))
        return torch.relu(torch.hstack((self.direct(x), small, large, pooled)))


# %% solution="BasicBlock"
class BasicBlock(nn.Module):
    def __init__(self, in_channels, channels, stride):
        super().__init__()
        self.changes = (in_channels, 1) != (channels, stride)
        if self.changes:
            self.project_norm = nn.BatchNorm2d(channels)
            self.project = nn.Conv2d(in_channels, channels, (1, 1), (stride, stride), bias=False)
        self.norm2, self.norm1 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)

    def forward(self, x):
        change = nn.functional.relu(self.norm1(self.conv1(x)), inplace=True)
        change = self.norm2(self.conv2(change))
        change += self.project_norm(self.project(x)) if self.changes else x
        return change.relu_()


# %% solution="Bottleneck"
class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride):
        super().__init__()
        wide = channels * 4
        self.shrink = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.middle = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.grow = nn.Conv2d(channels, wide, 1, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(c) for c in (channels, channels, wide))
        self.around = None
        if stride > 1 or in_channels != wide:
            self.around = nn.Conv2d(in_channels, wide, 1, stride, bias=False)
            self.norms.append(nn.BatchNorm2d(wide))

    def forward(self, x):
        first, second, third, *fourth = self.norms
        y = torch.relu(first(self.shrink(x)))
        y = third(self.grow(torch.relu(second(self.middle(y)))))
        for norm in fourth:
            x = norm(self.around(x))
        return torch.clamp(x + y, min=0)


# %% solution="SmallResNet"
class SmallResNet(nn.Module):
    def __init__(self, in_channels, widths, counts, num_classes, block=PlainBlock):
        super().__init__()
        self.scores = nn.Linear(widths[-1], num_classes)
        self.stem = nn.Conv2d(in_channels, widths[0], 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(widths[0])
        before = [widths[0], *widths]
        self.stages = nn.ModuleList(
            nn.ModuleList(
                block(before[i] if j == 0 else widths[i], widths[i], 1 + (j == 0 and i > 0))
                for j in range(counts[i])
            )
            for i in range(len(widths))
        )

    def forward(self, x):
        x = torch.relu(self.norm(self.stem(x)))
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.scores(x.flatten(2).mean(-1))
