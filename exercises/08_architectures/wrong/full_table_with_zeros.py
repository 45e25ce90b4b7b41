# ---
# misconception: A connection that is not there is a weight of 0.
# loses:
#   test_table_conv: 3
# says:
#   test_table_conv: ["for every pair of maps"]
# ---

# %% solution="TableConv"
class TableConv(nn.Module):
    def __init__(self, table, kernel_size):
        super().__init__()
        channels = 1 + max(max(row) for row in table)
        self.conv = nn.Conv2d(channels, len(table), kernel_size)
        reads = torch.tensor([[float(c in row) for c in range(channels)] for row in table])
        self.register_buffer("reads", reads[:, :, None, None])

    def forward(self, x):
        return torch.conv2d(x, self.conv.weight * self.reads, self.conv.bias)
