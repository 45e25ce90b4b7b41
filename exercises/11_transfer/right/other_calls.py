# ---
# how: Other calls for the same things. NumPy for the pictures, hooks undone by hand, a wrapper in place of a flag, weights copied one by one.
# ---

# %% solution="match_preprocessing"
def match_preprocessing(images, mean, std, size):
    colour = images if images.ndim == 4 else np.stack([images] * 3, axis=-1)
    x = np.moveaxis(colour, 3, 1).astype(np.float64) / 255.0
    x = (x - np.reshape(mean, (1, 3, 1, 1))) / np.reshape(std, (1, 3, 1, 1))
    return nn.Upsample((size, size), mode="bilinear")(torch.from_numpy(x)).float()


# %% solution="replace_head"
def replace_head(model, num_classes):
    made = copy.deepcopy(model)
    inputs = made.head.weight.shape[1]
    delattr(made, "head")
    made.add_module("head", nn.Linear(inputs, num_classes, bias=True))
    return made


# %% solution="Transfer"
class Transfer(nn.Module):
    def __init__(self, features, head):
        super().__init__()
        self.features = features
        self.head = head
        self.still = []

    def forward(self, x):
        return self.head(self.features(x))

    def freeze(self, frozen=True):
        self.still = [self.features] if frozen else []
        for parameter in self.features.parameters():
            parameter.requires_grad = not frozen
        self.features.train(self.training and not frozen)
        return self

    def train(self, mode=True):
        self.training = mode
        for part in (self.features, self.head):
            part.train(mode)
        for part in self.still:
            part.eval()
        return self


# %% solution="make_optimizer"
def make_optimizer(model, lr, ratio=0.1):
    heads = {id(p) for p in model.head.parameters()}
    groups = [
        {"params": [p], "lr": lr if id(p) in heads else ratio * lr}
        for p in model.parameters() if p.requires_grad
    ]
    fast = [p for g in groups if g["lr"] == lr for p in g["params"]]
    slow = [p for g in groups if g["lr"] != lr for p in g["params"]]
    optimizer = None
    for params, rate in ((slow, ratio * lr), (fast, lr)):
        if params and optimizer is None:
            optimizer = torch.optim.SGD(params, lr=rate, momentum=0.9)
        elif params:
            optimizer.add_param_group({"params": params, "lr": rate})
    return optimizer


# %% solution="train_epoch"
def train_epoch(model, batches, optimizer):
    model.train(True)
    costs = []
    for x, y in batches:
        for parameter in model.parameters():
            parameter.grad = None
        each = -functional.log_softmax(model(x), dim=1)[torch.arange(len(y)), y]
        each.mean().backward()
        optimizer.step()
        costs.append(each.detach())
    return float(torch.cat(costs).mean())


# %% solution="evaluate"
@torch.no_grad()
def evaluate(model, batches):
    kept = model.training
    model.train(False)
    scores = torch.cat([model(x) for x, _ in batches])
    truth = torch.cat([y for _, y in batches])
    model.train(kept)
    best = scores.max(dim=1).indices
    return float(functional.cross_entropy(scores, truth)), float((best == truth).double().mean())


# %% solution="extract_features"
def extract_features(features, images, batch_size):
    kept, rows, start = features.training, [], 0
    features.train(False)
    while start < len(images):
        with torch.inference_mode():
            answer = features(images[start:start + batch_size])
        rows.extend(np.asarray(one).ravel() for one in answer)
        start += batch_size
    features.train(kept)
    return torch.tensor(np.array(rows))


# %% solution="load_partial"
def load_partial(model, saved):
    missing, unused, fits = [], set(saved), []
    for name, own in model.state_dict().items():
        if name in saved and tuple(saved[name].shape) == tuple(own.shape):
            fits.append((own, saved[name]))
            unused.remove(name)
        else:
            missing.append(name)
    if len(fits) == 0:
        raise ValueError("nothing fits")
    for own, value in fits:
        own.copy_(value)
    return sorted(missing), sorted(unused)
