# ---
# how: Plain loops, sets and dictionaries, and a network in pieces.
# ---

# %% solution="dice"
def dice(a, b):
    first = {place for place, value in enumerate(a.ravel()) if value}
    second = {place for place, value in enumerate(b.ravel()) if value}
    if not first and not second:
        return 1
    return 2 * len(first & second) / (len(first) + len(second))


# %% solution="mean_iou"
def mean_iou(answer, truth, num_classes):
    shared, either = {}, {}
    for a, t in zip(answer.ravel().tolist(), truth.ravel().tolist()):
        for k in {a, t}:
            either[k] = either.get(k, 0) + 1
            shared[k] = shared.get(k, 0) + (a == t)
    return sum(shared[k] / either[k] for k in either) / len(either)


# %% solution="stamps"
def stamps(size, kernel_size, stride):
    length = stride * (size - 1) + kernel_size
    count = []
    for pixel in range(length):
        count.append(sum(1 for k in range(size) if k * stride <= pixel < k * stride + kernel_size))
    return np.array(count)


# %% solution="checkerboard_index"
def checkerboard_index(kernel_size, stride):
    counts = [len(range(start, kernel_size, stride)) for start in range(stride)]
    return 1 - min(counts) / max(counts)


# %% solution="instances"
def instances(mask):
    rows, columns = mask.shape
    numbers = [[0] * columns for _ in range(rows)]
    number = 0
    for start in range(rows * columns):
        i, j = divmod(start, columns)
        if not mask[i][j] or numbers[i][j]:
            continue
        number += 1
        wave = {(i, j)}
        while wave:
            for y, x in wave:
                numbers[y][x] = number
            near = {(y + dy, x + dx) for y, x in wave
                    for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0))}
            wave = {(y, x) for y, x in near
                    if y in range(rows) and x in range(columns)
                    and mask[y][x] and not numbers[y][x]}
    return np.array(numbers)


# %% solution="tile_predict"
def tile_predict(network, image, tile, margin):
    rows = []
    for i in range(0, image.shape[0], tile):
        row = []
        for j in range(0, image.shape[1], tile):
            top, left = (k - min(margin, k) for k in (i, j))
            part = network(image[top:i + tile + margin, left:j + tile + margin].copy())
            row.append(part[min(margin, i):][:tile, min(margin, j):][:, :tile])
        rows.append(np.concatenate(row, axis=1))
    return np.concatenate(rows)


# %% solution="SmallUNet"
class SmallUNet(nn.Module):
    def __init__(self, in_channels, num_classes, width):
        super().__init__()

        def level(channels, more):
            return nn.Sequential(nn.Conv2d(channels, more, 3, 1, 1), nn.ReLU())

        self.steps = nn.ModuleDict({
            "fine": level(in_channels, width),
            "below": nn.Sequential(
                nn.MaxPool2d(2), level(width, 2 * width),
                nn.ConvTranspose2d(2 * width, width, 2, 2),
            ),
            "end": nn.Sequential(level(2 * width, width), nn.Conv2d(width, num_classes, 1)),
        })

    def forward(self, x):
        fine = self.steps["fine"](x)
        return self.steps["end"](torch.cat([fine, self.steps["below"](fine)], 1))
