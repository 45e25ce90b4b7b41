# ---
# misconception: Each kernel has a bias.
# loses:
#   test_table_conv: 3
# says:
#   test_table_conv: ["one for each kernel"]
# ---

# %% solution="TableConv"
class TableConv(nn.Module):
    def __init__(self, table, kernel_size):
        super().__init__()
        self.table = table
        self.rows = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(1, 1, kernel_size) for _ in row) for row in table
        )

    def forward(self, x):
        maps = [
            sum(conv(x[:, c : c + 1]) for conv, c in zip(convs, row))
            for convs, row in zip(self.rows, self.table)
        ]
        return torch.cat(maps, dim=1)
