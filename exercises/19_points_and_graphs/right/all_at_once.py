# ---
# how: Whole arrays, einsum, other layouts and single precision.
# ---

# %% solution="pointnet"
def pointnet(cloud, layers, head):
    features = np.asfortranarray(cloud, dtype=np.float32)
    for weight, bias in layers:
        features = (features @ weight + bias).clip(0)
    return np.einsum("f,fc->c", np.sort(features, axis=0)[-1], head[0]) + head[1]


# %% solution="critical_points"
def critical_points(features):
    points = np.arange(len(features))
    return (points[:, None] == features.argmax(axis=0)).sum(axis=1) > 0


# %% solution="tilt"
def tilt(cloud, degrees):
    turned = np.array(cloud, order="F")
    plane = (cloud[:, 1] + 1j * cloud[:, 2]) * np.exp(1j * np.deg2rad(degrees))
    turned[:, 1:] = np.stack([plane.real, plane.imag], axis=1)
    return turned


# %% solution="knn_graph"
def knn_graph(points, k):
    norms = (points**2).sum(axis=1)
    squares = norms[:, None] + norms - 2 * points @ points.T
    squares = squares + np.diag(np.full(len(points), 1e9))
    limit = np.sort(squares, axis=1)[:, k - 1 : k]
    return (squares <= limit) | (squares.T <= limit.T)


# %% solution="propagation"
def propagation(adjacency):
    joined = np.array(adjacency, dtype=float, order="F")
    np.fill_diagonal(joined, 1)
    degrees = joined.sum(axis=0)
    return joined / np.sqrt(np.outer(degrees, degrees))


# %% solution="gcn_layer"
def gcn_layer(x, matrix, weight):
    y = np.einsum("ij,jf,fg->gi", matrix, x, weight).T  # a transposed view
    return (y + np.abs(y)) / 2


# %% solution="grid_edges"
def grid_edges(height, width):
    i, j, m, n = np.indices((height, width, 3, 3)).reshape(4, -1)
    row, column = i + m - 1, j + n - 1
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    return np.stack([row * width + column, i * width + j, 3 * m + n])[:, inside].T


# %% solution="send_messages"
def send_messages(x, edges, weight):
    y = np.zeros((weight.shape[1], len(x)))
    for kind, matrix in enumerate(weight):
        source, target, _ = edges[edges[:, 2] == kind].T
        arrivals = np.zeros((len(x), len(x)))
        np.add.at(arrivals, (target, source), 1)
        y += matrix @ x.T @ arrivals.T
    return y.T
