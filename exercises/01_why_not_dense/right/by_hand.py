# ---
# how: Plain loops over lists of Python, and arrays of other types and memory orders.
# ---

# %% solution="dense_parameters"
def dense_parameters(shape, units, bias=True):
    values = 1
    for size in shape:
        values = values * int(size)
    one_unit = values + 1 if bias else values
    return one_unit * units


# %% solution="conv_parameters"
def conv_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    count = 0
    for _ in range(out_channels):
        count += in_channels // groups * kernel_size[0] * kernel_size[1]
        if bias:
            count += 1
    return np.int64(count)


# %% solution="three_designs"
def three_designs(shape, maps, kernel_size):
    shared = conv_parameters(shape[0], maps, (kernel_size, kernel_size), bias=False)
    rows, columns = (side - kernel_size + 1 for side in shape[1:])
    local = shared * rows * columns
    return [dense_parameters(shape, maps * rows * columns, bias=False), local, shared]


# %% solution="dense_equivalent"
def dense_equivalent(layers):
    total = 0
    for a, b, H, W in layers:
        total += dense_parameters((a, H, W), b * H * W, bias=False)
    return total


# %% solution="shuffle_pixels"
def shuffle_pixels(images, order):
    N, H, W = images.shape
    mixed = np.zeros((N, H, W), dtype=np.float32, order="F")
    for n in range(N):
        for p, place in enumerate(order):
            mixed[n, p // W, p % W] = images[n, place // W, place % W]
    return mixed


# %% solution="unshuffle_pixels"
def unshuffle_pixels(images, order):
    places = list(order)
    back = [places.index(p) for p in range(len(places))]
    rows = [[image.ravel()[p] for p in back] for image in images]
    return np.array(rows, dtype=np.float32).reshape(images.shape)


# %% solution="twin_weights"
def twin_weights(weight, order):
    return np.array([[row[place] for place in order] for row in weight], order="F")


# %% solution="shift_images"
def shift_images(images, dy, dx, fill=0.0):
    N, H, W = images.shape
    moved = np.full(images.shape, fill, dtype=np.float32)
    rows, columns = max(H - abs(dy), 0), max(W - abs(dx), 0)
    top, left = max(dy, 0), max(dx, 0)
    above, before = max(-dy, 0), max(-dx, 0)
    inside = images[:, above : above + rows, before : before + columns]
    moved[:, top : top + rows, left : left + columns] = inside
    return moved
