# ---
# misconception: The maps of a row are added up first, so one kernel is enough.
# loses:
#   test_table_conv: 3
# says:
#   test_table_conv: ["a kernel of its own"]
# ---

# %% solution="TableConv"
class TableConv(nn.Module):
    def __init__(self, table, kernel_size):
        super().__init__()
        self.table = [list(row) for row in table]
        self.rows = nn.ModuleList(nn.Conv2d(1, 1, kernel_size) for row in table)

    def forward(self, x):
        return torch.cat([conv(x[:, row].sum(dim=1, keepdim=True)) for conv, row in zip(self.rows, self.table)], dim=1)
