# ---
# misconception: A convolution keeps the size.
# loses:
#   test_table_conv: 3
# says:
#   test_table_conv: ["Is there padding"]
# ---

# %% solution="TableConv"
class TableConv(nn.Module):
    def __init__(self, table, kernel_size):
        super().__init__()
        self.table = [list(row) for row in table]
        self.rows = nn.ModuleList(nn.Conv2d(len(row), 1, kernel_size, padding=kernel_size // 2) for row in table)

    def forward(self, x):
        return torch.cat([conv(x[:, row]) for conv, row in zip(self.rows, self.table)], dim=1)
