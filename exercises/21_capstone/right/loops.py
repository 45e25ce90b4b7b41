# ---
# how: Everything step by step, with lists and loops; batch norm is done without, and plain SGD trains.
# ---

# %% solution="split"
def split(groups, share, seed):
    names = sorted(set(groups.tolist()))
    order = np.random.RandomState(seed % 2**32).permutation(len(names))
    chosen, count = [], 0
    for place in order:
        if count >= share * len(groups):
            break
        chosen.append(names[place])
        count += int(np.sum(groups == names[place]))
    return np.array([group in chosen for group in groups.tolist()])


# %% solution="standardise"
def standardise(train, *others):
    results = [np.array(values, dtype=np.float64) for values in (train, *others)]
    for channel in range(train.shape[1]):
        plane = train[:, channel].astype(np.float64)
        middle, spread = plane.mean(), np.sqrt(((plane - plane.mean()) ** 2).mean())
        for values in results:
            values[:, channel] -= middle
            if spread > 1e-12:
                values[:, channel] /= spread
    return results


# %% solution="build_model"
class Recogniser(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        self.first = nn.Conv2d(in_channels, 16, 5, padding=2)
        self.second = nn.Conv2d(16, 32, 3, padding=1)
        self.head = nn.Linear(32 * 4 * 4, num_classes)

    def forward(self, x):
        x = F.leaky_relu(F.max_pool2d(self.first(x), 2))
        x = F.leaky_relu(F.max_pool2d(self.second(x), 2))
        return self.head(x.flatten(1))


def build_model(in_channels, num_classes):
    return Recogniser(in_channels, num_classes)


# %% solution="fit"
def fit(model, images, labels, epochs, seed):
    order = np.random.default_rng(seed)
    torch.manual_seed(seed)
    x, y = torch.tensor(images), torch.tensor(labels, dtype=torch.long)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    history = np.zeros(epochs, dtype=np.float64)
    for epoch in range(epochs):
        model.train()
        total = 0.0
        shuffled = order.permutation(len(x))
        for first in range(0, len(x), 32):
            chosen = torch.as_tensor(shuffled[first : first + 32])
            model.zero_grad()
            loss = nn.CrossEntropyLoss()(model(x[chosen]), y[chosen])
            loss.backward()
            optimiser.step()
            total += loss.item() * len(chosen)
        history[epoch] = total / len(x)
    model.train(False)
    return history


# %% solution="predict"
def predict(model, images):
    before = model.training
    model.eval()
    answers = []
    for image in images:
        with torch.inference_mode():
            answers.append(int(torch.argmax(model(torch.tensor(image)[None])[0])))
    if before:
        model.train()
    return np.array(answers, dtype=np.int32)


# %% solution="report"
def report(labels, predicted, num_classes):
    pairs = list(zip(labels.tolist(), predicted.tolist(), strict=True))
    confusion = [[pairs.count((i, j)) for j in range(num_classes)] for i in range(num_classes)]
    n, share, z2 = len(pairs), sum(a == b for a, b in pairs) / len(pairs), 1.96**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = (z2 * (share * (1 - share) / n + z2 / (4 * n**2))) ** 0.5 / (1 + z2 / n)
    recall = [row[i] / sum(row) if sum(row) else float("nan") for i, row in enumerate(confusion)]
    return {
        "accuracy": share,
        "interval": [centre - half, centre + half],
        "confusion": np.array(confusion),
        "recall": np.array(recall),
    }


# %% solution="recogniser"
def recogniser(images, labels, seed):
    mean, deviation = float(images.mean()), float(images.std())
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=2, padding=2), nn.BatchNorm2d(16), nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1), nn.MaxPool2d(2), nn.BatchNorm2d(32), nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1), nn.MaxPool2d(2), nn.BatchNorm2d(64), nn.ReLU(),
        nn.Flatten(), nn.Linear(256, 10),
    )
    order = np.random.default_rng(seed)
    steps = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9, weight_decay=1e-3)
    for epoch in range(5):
        steps.param_groups[0]["lr"] = 0.03 * (1 - epoch / 5)
        places = order.permutation(len(images))
        for first in range(0, len(images), 30):
            chosen = places[first : first + 30]
            x = torch.tensor((images[chosen] - mean) / deviation, dtype=torch.float32)
            model.zero_grad()
            nn.CrossEntropyLoss()(model(x), torch.tensor(labels[chosen])).backward()
            steps.step()
    model.eval()

    def recognise(new):
        said = []
        for first in range(0, len(new), 20):
            piece = torch.tensor((new[first : first + 20] - mean) / deviation, dtype=torch.float32)
            for scores in model(piece).tolist():
                said.append(scores.index(max(scores)))
        return np.array(said)

    return recognise
