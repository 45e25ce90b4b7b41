# ---
# how: Plain loops over places, clips and frames; networks in pieces.
# ---

# %% solution="conv3d"
def conv3d(x, weight):
    C_out, _, K_d, K_h, K_w = weight.shape
    _, D, H, W = x.shape
    output = np.empty((C_out, D - K_d + 1, H - K_h + 1, W - K_w + 1))
    for o, t, i, j in np.ndindex(*output.shape):
        output[o, t, i, j] = np.vdot(weight[o], x[:, t:t + K_d, i:i + K_h, j:j + K_w])
    return output


# %% solution="frame_average"
def frame_average(network, clips):
    rows = []
    for clip in clips:
        scores = [network(clip[None, :, t])[0] for t in range(clip.shape[1])]
        rows.append(sum(scores) / len(scores))
    return np.array(rows)


# %% solution="middle_channels"
def middle_channels(in_channels, out_channels, frames, size):
    whole, between = frames * size * size * in_channels * out_channels, 1
    while True:
        more = between + 1
        if more * size * size * in_channels + more * frames * out_channels > whole:
            return between
        between = more


# %% solution="SpaceThenTime"
class SpaceThenTime(nn.Sequential):
    def __init__(self, in_channels, between, out_channels):
        space = nn.Conv3d(in_channels, between, (1, 3, 3), padding="same", bias=False)
        time = nn.Conv3d(between, out_channels, (3, 1, 1), padding="same", bias=False)
        super().__init__(space, nn.BatchNorm3d(between), nn.ReLU(inplace=True), time)


# %% solution="inflate_kernel"
def inflate_kernel(weight, frames):
    return np.stack([weight / frames for _ in range(frames)], axis=2)


# %% solution="VideoNet"
class VideoNet(nn.Module):
    def __init__(self, num_classes, width):
        super().__init__()
        self.stages = nn.Sequential(
            nn.Conv3d(1, width, (3, 3, 3), padding=(1, 1, 1)), nn.ReLU(),
            nn.MaxPool3d(kernel_size=(1, 2, 2), stride=(1, 2, 2)),
            nn.Conv3d(width, width * 2, (3, 3, 3), padding="same"), nn.ReLU(),
            nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(width * 2, num_classes),
        )

    def forward(self, x):
        return self.stages(x)
