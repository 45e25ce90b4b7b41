# ---
# how: One step at a time, with loops over images, layers, parameters and names.
# ---

# %% solution="match_preprocessing"
def match_preprocessing(images, mean, std, size):
    prepared = []
    for image in images:
        channels = []
        for c in range(3):
            plane = image if image.ndim == 2 else image[:, :, c]
            plane = torch.tensor(np.array(plane), dtype=torch.float32) / 255
            plane = functional.interpolate(plane[None, None], size=(size, size), mode="bilinear", align_corners=False)
            channels.append((plane[0, 0] - mean[c]) / std[c])
        prepared.append(torch.stack(channels))
    return torch.stack(prepared)


# %% solution="replace_head"
def replace_head(model, num_classes):
    old = model.head
    model.head = nn.Linear(old.in_features, num_classes)
    made = copy.deepcopy(model)
    model.head = old
    return made


# %% solution="Transfer"
class Transfer(nn.Module):
    def __init__(self, features, head):
        super().__init__()
        self.add_module("features", features)
        self.add_module("head", head)
        self.is_frozen = False

    def forward(self, x):
        x = self.features(x)
        return self.head(x)

    def freeze(self, frozen=True):
        self.is_frozen = frozen
        for parameter in self.features.parameters():
            parameter.requires_grad_(not frozen)
        if frozen:
            self.features.eval()
        else:
            self.features.train(self.training)
        return self

    def train(self, mode=True):
        super().train(mode)
        if self.is_frozen:
            for layer in self.features.modules():
                layer.training = False
        return self


# %% solution="make_optimizer"
def make_optimizer(model, lr, ratio=0.1):
    fast, slow = [], []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith("head."):
            fast.append(parameter)
        else:
            slow.append(parameter)
    groups = []
    if slow:
        groups.append({"params": slow, "lr": lr * ratio, "momentum": 0.9})
    if fast:
        groups.append({"params": fast})
    return torch.optim.SGD(groups, lr=lr, momentum=0.9)


# %% solution="train_epoch"
def train_epoch(model, batches, optimizer):
    model.train()
    optimizer.zero_grad()
    losses, sizes = [], []
    for x, y in batches:
        loss = nn.CrossEntropyLoss()(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        sizes.append(x.shape[0])
    return float(np.average(losses, weights=sizes))


# %% solution="evaluate"
def evaluate(model, batches):
    modes = {layer: layer.training for layer in model.modules()}
    model.eval()
    losses, hits, sizes = [], 0, []
    for x, y in batches:
        with torch.no_grad():
            scores = model(x)
        losses.append(functional.cross_entropy(scores, y).item())
        sizes.append(len(x))
        for row, label in zip(scores, y):
            hits += int(row.argmax()) == int(label)
    for layer, mode in modes.items():
        layer.training = mode
    return float(np.average(losses, weights=sizes)), hits / sum(sizes)


# %% solution="extract_features"
def extract_features(features, images, batch_size):
    was_training = features.training
    features.eval()
    rows = []
    for start in range(0, len(images), batch_size):
        maps = features(images[start:start + batch_size]).detach()
        rows.append(maps.reshape(len(maps), -1))
    features.train(was_training)
    return torch.cat(rows, dim=0)


# %% solution="load_partial"
def load_partial(model, saved):
    own = model.state_dict()
    missing, unused = [], []
    for name in saved:
        if name not in own or own[name].shape != saved[name].shape:
            unused.append(name)
    for name in own:
        if name not in saved or own[name].shape != saved[name].shape:
            missing.append(name)
    if len(missing) == len(own):
        raise ValueError("Nothing in this file fits.")
    model.load_state_dict({name: own[name] if name in missing else saved[name] for name in own})
    return sorted(missing), sorted(unused)
