# ---
# how: Whole arrays at once, in float32 and column-major; layers made in another order.
# ---

# %% solution="conv3d"
def conv3d(x, weight):
    windows = np.lib.stride_tricks.sliding_window_view(
        x.astype(np.float32), weight.shape[2:], axis=(1, 2, 3))
    maps = np.einsum("cdhwtmn,octmn->dhwo", windows, weight.astype(np.float32))
    return np.moveaxis(np.asfortranarray(maps), -1, 0)


# %% solution="frame_average"
def frame_average(network, clips):
    frames = np.moveaxis(clips, 2, 0)  # (D, N, C, H, W)
    scores = network(np.concatenate(list(frames)))
    return np.mean(np.split(scores, len(frames)), axis=0, dtype=np.float32)


# %% solution="middle_channels"
def middle_channels(in_channels, out_channels, frames, size):
    one = size * size * in_channels + frames * out_channels
    return np.maximum(size * size * frames * in_channels * out_channels // one, np.int64(1))


# %% solution="SpaceThenTime"
class SpaceThenTime(nn.Module):
    def __init__(self, in_channels, between, out_channels):
        super().__init__()
        self.time = nn.Conv3d(between, out_channels, (3, 1, 1), padding=(1, 0, 0), bias=False)
        self.norm = nn.BatchNorm3d(between)
        self.space = nn.Conv3d(in_channels, between, (1, 3, 3), padding=(0, 1, 1), bias=False)

    def forward(self, x):
        return self.time(self.norm(self.space(x)).clamp(min=0))


# %% solution="inflate_kernel"
def inflate_kernel(weight, frames):
    shares = np.full(frames, 1 / frames, dtype=np.float32)
    return np.einsum("oimn,t->oitmn", weight, shares)


# %% solution="VideoNet"
class VideoNet(nn.Module):
    def __init__(self, num_classes, width):
        super().__init__()
        self.scores = nn.Linear(2 * width, num_classes)
        self.late = nn.Conv3d(width, 2 * width, 3, padding=1)
        self.early = nn.Conv3d(1, width, 3, padding=1)

    def forward(self, x):
        maps = self.early(x).clamp(min=0)
        maps = nn.functional.max_pool3d(maps, (1, 2, 2))
        return self.scores(self.late(maps).clamp(min=0).flatten(2).mean(2))
