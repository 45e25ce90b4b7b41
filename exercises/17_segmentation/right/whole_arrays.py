# ---
# how: Whole arrays at once, in float32, as views and in other types; layers made in another order.
# ---

# %% solution="dice"
def dice(a, b):
    x, y = a.ravel().astype(np.float32), b.ravel().astype(np.float32)
    total = x.sum() + y.sum()
    return np.float32(1) if total == 0 else 2 * (x @ y) / total


# %% solution="mean_iou"
def mean_iou(answer, truth, num_classes):
    pairs = np.bincount(truth.ravel() * num_classes + answer.ravel(), minlength=num_classes**2)
    table = pairs.reshape(num_classes, num_classes)
    both = np.diag(table)
    either = table.sum(0) + table.sum(1) - both
    there = either > 0
    return np.mean(both[there] / either[there])


# %% solution="stamps"
def stamps(size, kernel_size, stride):
    dots = np.zeros((size - 1) * stride + 1, dtype=np.int32)
    dots[::stride] = 1
    return np.convolve(dots, np.ones(kernel_size, dtype=np.int32))


# %% solution="checkerboard_index"
def checkerboard_index(kernel_size, stride):
    covered = np.zeros(2 * kernel_size + 8 * stride)
    for start in range(-8 * stride - kernel_size, len(covered), stride):
        covered[max(start, 0):max(start + kernel_size, 0)] += 1
    inside = covered[kernel_size:kernel_size + stride]
    return (inside.max() - inside.min()) / inside.max()


# %% solution="instances"
def instances(mask):
    H, W = mask.shape
    start = np.where(mask, np.arange(1, H * W + 1).reshape(H, W), 0)
    numbers = start.copy()
    while True:
        room = np.zeros((H + 2, W + 2), dtype=int)
        room[1:-1, 1:-1] = numbers
        room[room == 0] = H * W + 1
        least = np.minimum.reduce([
            room[1:-1, 1:-1], room[2:, 1:-1], room[:-2, 1:-1], room[1:-1, 2:], room[1:-1, :-2]])
        least = np.where(mask, least, 0)
        if np.array_equal(least, numbers):
            break
        numbers = least
    firsts = np.unique(numbers[mask])
    return np.where(mask, np.searchsorted(firsts, numbers) + 1, 0).astype(np.uint8)


# %% solution="tile_predict"
def tile_predict(network, image, tile, margin):
    H, W = image.shape
    output = np.empty((W, H), dtype=np.float32).T  # column-major
    for i in range(0, H, tile):
        for j in range(0, W, tile):
            rows = slice(max(i - margin, 0), min(i + tile + margin, H))
            columns = slice(max(j - margin, 0), min(j + tile + margin, W))
            part = np.asarray(network(image[rows, columns]))
            bottom, right = min(i + tile, H), min(j + tile, W)
            output[i:bottom, j:right] = part[
                i - rows.start:bottom - rows.start, j - columns.start:right - columns.start]
    return output


# %% solution="SmallUNet"
class SmallUNet(nn.Module):
    def __init__(self, in_channels, num_classes, width):
        super().__init__()
        self.scores = nn.Conv2d(width, num_classes, kernel_size=1)
        self.merge = nn.Conv2d(width + width, width, kernel_size=3, padding="same")
        self.enlarge = nn.ConvTranspose2d(width * 2, width, kernel_size=2, stride=2)
        self.coarse = nn.Conv2d(width, width * 2, kernel_size=3, padding="same")
        self.fine = nn.Conv2d(in_channels, width, kernel_size=3, padding="same")
        self.halve = nn.MaxPool2d(kernel_size=2)

    def forward(self, x):
        fine = self.fine(x).clamp(min=0)
        coarse = self.coarse(self.halve(fine)).clamp(min=0)
        return self.scores(self.merge(torch.hstack((fine, self.enlarge(coarse)))).clamp(min=0))
