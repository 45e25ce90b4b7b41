# ---
# how: Plain loops over points, nodes and edges; sorting in place of argmax.
# ---

# %% solution="pointnet"
def pointnet(cloud, layers, head):
    best = None
    for point in cloud:
        for weight, bias in layers:
            point = [
                max(0.0, sum(p * w for p, w in zip(point, column)) + b)
                for column, b in zip(weight.T, bias)
            ]
        best = point if best is None else [max(pair) for pair in zip(best, point)]
    return np.dot(best, head[0]) + head[1]


# %% solution="critical_points"
def critical_points(features):
    winners = set()
    for column in features.T.tolist():
        winners.add(column.index(max(column)))
    return [place in winners for place in range(len(features))]


# %% solution="tilt"
def tilt(cloud, degrees):
    angle = degrees * np.pi / 180
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    return np.array([turn @ point for point in cloud])


# %% solution="knn_graph"
def knn_graph(points, k):
    count = len(points)
    joined = np.zeros((count, count), dtype=bool)
    for i in range(count):
        others = [j for j in range(count) if j != i]
        others.sort(key=lambda j: np.linalg.norm(points[i] - points[j]))
        for j in others[:k]:
            joined[i, j] = joined[j, i] = True
    return joined


# %% solution="propagation"
def propagation(adjacency):
    count = len(adjacency)
    degrees = [1 + sum(bool(a) for a in row) for row in adjacency]
    matrix = np.zeros((count, count))
    for i in range(count):
        for j in range(count):
            if i == j or adjacency[i][j]:
                matrix[i, j] = 1 / np.sqrt(degrees[i] * degrees[j])
    return matrix


# %% solution="gcn_layer"
def gcn_layer(x, matrix, weight):
    mixed = x @ weight
    heard = np.zeros_like(mixed)
    for i, row in enumerate(matrix):
        for j, share in enumerate(row):
            heard[i] += share * mixed[j]
    heard[heard < 0] = 0
    return heard


# %% solution="grid_edges"
def grid_edges(height, width):
    edges = []
    for kind in range(9):
        down, right = divmod(kind, 3)
        for target in range(height * width):
            i, j = divmod(target, width)
            i, j = i + down - 1, j + right - 1
            if min(i, j) >= 0 and i < height and j < width:
                edges.append([i * width + j, target, kind])
    return edges[::-1]


# %% solution="send_messages"
def send_messages(x, edges, weight):
    received = [[] for _ in x]
    for source, target, kind in edges:
        received[target].append(weight[kind].dot(x[source]))
    silence = np.zeros(weight.shape[1])
    return np.stack([sum(messages, silence) for messages in received])
