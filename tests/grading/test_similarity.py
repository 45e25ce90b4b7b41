import random
import textwrap

import pytest

from cnncourse.grading.similarity import find_similar, pieces

TEMPLATE = '''
def pad2d(image, padding):
    """Put an image in a frame of zeros."""
    raise NotImplementedError("pad2d")

def correlate(image, kernel, stride=1):
    """Slide a kernel over an image."""
    raise NotImplementedError("correlate")
'''

# written independently of each other; the first is the reference
PADS = [
    """
    def pad2d(image, padding):
        H, W = image.shape
        frame = np.zeros((H + 2 * padding, W + 2 * padding), dtype=image.dtype)
        frame[padding : padding + H, padding : padding + W] = image
        return frame
    """,
    """
    def pad2d(image, padding):
        p = int(padding)
        if p == 0:
            return image.copy()
        out = np.zeros(np.array(image.shape) + 2 * p, image.dtype)
        out[p:-p, p:-p] = image
        return out
    """,
    """
    def pad2d(image, padding):
        rows = []
        width = image.shape[1] + padding + padding
        for _ in range(padding):
            rows.append([0] * width)
        for line in image:
            rows.append([0] * padding + list(line) + [0] * padding)
        for _ in range(padding):
            rows.append([0] * width)
        return np.array(rows, dtype=image.dtype)
    """,
    """
    def pad2d(image, padding):
        side = np.zeros((image.shape[0], padding), image.dtype)
        wide = np.hstack([side, image, side])
        top = np.zeros((padding, wide.shape[1]), image.dtype)
        return np.vstack([top, wide, top])
    """,
]
CORRELATIONS = [
    """
    def correlate(image, kernel, stride=1):
        K_h, K_w = kernel.shape
        H_out = (image.shape[0] - K_h) // stride + 1
        W_out = (image.shape[1] - K_w) // stride + 1
        out = np.zeros((H_out, W_out))
        for i in range(H_out):
            for j in range(W_out):
                window = image[i * stride : i * stride + K_h, j * stride : j * stride + K_w]
                out[i, j] = np.sum(window * kernel)
        return out
    """,
    """
    def correlate(image, kernel, stride=1):
        windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
        return np.einsum("ijkl,kl->ij", windows[::stride, ::stride], kernel)
    """,
    """
    def correlate(image, kernel, stride=1):
        total = 0.0
        high = image.shape[0] - kernel.shape[0] + 1
        wide = image.shape[1] - kernel.shape[1] + 1
        for u, row in enumerate(kernel):
            for v, weight in enumerate(row):
                total = total + weight * image[u : u + high : stride, v : v + wide : stride]
        return total
    """,
    """
    def correlate(image, kernel, stride=1):
        result = []
        y = 0
        while y + len(kernel) <= len(image):
            line, x = [], 0
            while x + kernel.shape[1] <= image.shape[1]:
                line.append((image[y : y + len(kernel), x : x + kernel.shape[1]] * kernel).sum())
                x += stride
            result.append(line)
            y += stride
        return np.array(result)
    """,
]
REFERENCE = textwrap.dedent(PADS[0]) + textwrap.dedent(CORRELATIONS[0])


@pytest.fixture(scope="module")
def honest():
    """Each combination once, and the reference's code, which some arrive at by themselves."""
    return {
        f"s{i}{j}": textwrap.dedent(pad) + textwrap.dedent(correlation)
        for i, pad in enumerate(PADS)
        for j, correlation in enumerate(CORRELATIONS)
        if i == j
    } | {"like_the_book": REFERENCE, "not_done": TEMPLATE}


def names(pairs):
    return [(pair.first, pair.second) for pair in pairs]


def rename(code):
    for old, new in (("total", "acc"), ("high", "n_rows"), ("wide", "n_cols"), ("row", "line_"),
                     ("weight", "w"), ("width", "breadth")):  # fmt: skip
        code = code.replace(old, new)
    return "# all my own work\n" + code.replace("    ", "  ")


def reorder(code):
    """Put the second function first, and the two assignments to sizes the other way round."""
    second, first = code.split("def correlate")
    lines = ("def correlate" + first).splitlines()
    high = next(k for k, line in enumerate(lines) if line.strip().startswith("high ="))
    lines[high], lines[high + 1] = lines[high + 1], lines[high]
    return "\n".join(lines) + "\n" + second


def test_independent_answers_are_not_suspected(honest):
    assert find_similar(honest, TEMPLATE, [REFERENCE]) == []


@pytest.mark.parametrize("disguise", [str, rename, reorder, lambda code: rename(reorder(code))])
def test_a_disguised_copy_is_found_and_nothing_else(honest, disguise):
    klass = honest | {"copy": disguise(honest["s22"])}
    found = find_similar(klass, TEMPLATE, [REFERENCE])
    assert names(found) == [("copy", "s22")]
    assert found[0].score > 0.7


def test_one_function_copied_stands_out(honest):
    mixed = textwrap.dedent(PADS[3]) + "\n" + rename(textwrap.dedent(CORRELATIONS[2]))
    found = find_similar(honest | {"half": mixed}, TEMPLATE, [REFERENCE])
    assert names(found) == [("half", "s22")]


def test_a_group_that_shares_one_answer_is_found_in_a_large_class(honest):
    klass = {f"{name}{k}": code for name, code in honest.items() for k in range(2)}
    klass = {f"x{k:03}": make_own(k) for k in range(200)} | {"a": honest["s33"]}
    klass |= {"b": rename(honest["s33"]), "c": honest["s33"]}
    assert set(names(find_similar(klass, TEMPLATE))) == {("a", "b"), ("a", "c"), ("b", "c")}


def make_own(seed):
    """A made-up answer of its own, of arithmetic that nobody else has."""
    rng = random.Random(seed)
    lines = ["def pad2d(image, padding):", "    total = image"]
    for _ in range(12):
        one, two = rng.choice("+-*/"), rng.choice("+-*/")
        lines.append(f"    total = (total {one} padding {two} {rng.randrange(99)}) ** 2")
    return "\n".join([*lines, "    return total"])


def test_what_does_not_parse_is_compared_by_lines(honest):
    broken = honest["s33"] + "\ndef oops(:"
    found = find_similar(honest | {"one": broken, "two": broken}, TEMPLATE, [REFERENCE])
    assert names(found) == [("one", "two")]


def test_layout_comments_and_docstrings_do_not_count():
    plain = "def f(a):\n    b = a[0] * a[1] + 7\n    return b - a[2]"
    dressed = 'def f( a ):\n  """Doc."""\n  b = a[0]*a[1]+7  # sum\n  return (b - a[2])'
    assert pieces(plain) == pieces(dressed)


def test_constants_attributes_and_operators_count():
    code = "value = np.sum(a[1:3] * kernel, axis=0)"
    for other in ("np.max(a[1:3] * kernel, axis=0)", "np.sum(a[1:4] * kernel, axis=0)",
                  "np.sum(a[1:3] + kernel, axis=0)"):  # fmt: skip
        assert pieces(code).keys() != pieces(f"value = {other}").keys()


@pytest.mark.parametrize("code", ["", "\x00", "(" * 5000, "x = 1"])
def test_odd_answers_are_no_trouble(code):
    assert find_similar({"a": code, "b": code}) == []
