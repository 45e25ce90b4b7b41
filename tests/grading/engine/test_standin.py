"""What a test can do with the student's objects, and what it cannot."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from cnncourse.grading.engine import Bundle, Grader
from cnncourse.grading.engine.bundle import Limits

IMPORTS = "import numpy as np\nimport torch\nfrom torch import nn\nfrom cnncourse import probes"


def meta(name, **fields):
    about = {"grade_id": name, "schema_version": 3, "task": False, "grade": False,
             "solution": False, "locked": False, **fields}  # fmt: skip
    return {"nbgrader": about}


def notebook_of(test):
    return new_notebook(
        cells=[
            new_code_cell(IMPORTS, id="imports"),
            new_code_cell("...", id="answer", metadata=meta("answer", solution=True)),
            new_code_cell(test, id="t", metadata=meta("t", grade=True, locked=True, points=1)),
        ]
    )


@pytest.fixture(scope="module")
def graders():
    """One warm process with torch for all; the tests come with each bundle."""
    bundle = Bundle.from_notebooks(*[notebook_of("pass")] * 2, Limits(20, 60))
    with Grader(bundle) as grader:
        yield grader


@pytest.fixture
def judge(graders):
    def judge(answer, test):
        """Give the message of a test that failed, '' where it passed."""
        release = notebook_of(test)
        graders.bundle = Bundle.from_notebooks(release, release, Limits(20, 60))
        submitted = notebook_of(test)
        submitted.cells[1].source = answer
        result = graders.grade(nbformat.writes(submitted).encode())
        part = result.parts[0]
        assert (part.score == 1) == (part.message == ""), result
        return part.message

    return judge


COUNTER = """
class Counter:
    step = 2
    def __init__(self, start=0): self.count = start
    def add(self, n=1): self.count += n; return self
    def __len__(self): return self.count
    def __getitem__(self, n): return [n, self.count]
    def __iter__(self): return iter(range(self.count))
    def __contains__(self, n): return n == 5
make = lambda: Counter(3)
"""
NETWORK = """
def make():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
def train_step(net, x, lr=0.1):
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    loss = (net(x) ** 2).mean()
    optimizer.zero_grad(); loss.backward(); optimizer.step()
    return loss
"""


@pytest.mark.parametrize(
    ("answer", "test"),
    [
        (COUNTER, "c = Counter(2)\nassert c.add(3).count == 5 and c.count == 5"),
        (COUNTER, "c = Counter()\nc.count = 4\nassert len(c) == 4 and c[1] == [1, 4]"),
        (COUNTER, "assert list(Counter(3)) == [0, 1, 2]\nassert 5 in Counter(2)"),
        (COUNTER, "assert isinstance(make(), Counter) and not isinstance(3, Counter)"),
        (COUNTER, "assert probes.kind(make()) == 'Counter' and probes.has(make(), 'step')"),
        ("def f(x): yield from range(x)", "assert list(f(3)) == [0, 1, 2]"),
        ("def f(a):\n    a[0] = 9\n    return a", "a = [1, 2]\nf(a)\nassert a == [9, 2]"),
        ("def f(d): d['k'] = 1", "d = {}\nf(d)\nassert d == {'k': 1}"),
        ("def f(x): x += 1", "x = [np.zeros(2)]\ny = x[0]\nf(y)\nassert y.tolist() == [1, 1]"),
        ("def f(xs): xs[0][:] = 7", "y = np.zeros(2)\nf([y, 1])\nassert y.tolist() == [7, 7]"),
        ("def f(x): x.mul_(2)", "x = torch.ones(2)\nf(x)\nassert x.tolist() == [2, 2]"),
        ("f = lambda x: x", "for d in 'uint8 float32 int64 bool complex64 <U3'.split():\n"
         "    x = np.zeros((2, 0, 3), d)\n    y = f(x)\n"
         "    assert y.dtype == x.dtype and y.shape == x.shape"),
        ("f = lambda x: x", "for v in (1, 2.5, None, 'é', b'x', (1, [2]), {1: {2}}, 1j, 10**50):\n"
         "    assert f(v) == v and type(f(v)) is type(v)"),
        ("f = lambda x: x", "for v in (np.int64(3), np.float32(0.5), np.bool_(1), np.str_('a')):\n"
         "    assert f(v) == v and type(f(v)) is type(v)"),
        ("f = lambda x: x", "x = torch.ones(2).bfloat16()\nassert f(x).dtype == x.dtype"),
        ("f = lambda x: x", "assert np.isnan(f(float('nan'))) and f(-np.inf) == -np.inf"),
        ("def slope(f, x): return (f(x + 1e-3) - f(x - 1e-3)) / 2e-3",
         "assert abs(slope(lambda x: x ** 2, 3.0) - 6) < 1e-3"),
        ("def f(): raise KeyError('k')", "try:\n    f()\nexcept KeyError:\n    pass"),
        ("LR = 0.5\nNAMES = ['a']", "assert LR == 0.5 and NAMES == ['a']"),
        (NETWORK, "net = make()\nassert net(torch.ones(4, 3)).shape == (4, 1)"),
        (NETWORK, "assert probes.parameters(make())['0.weight'].shape == (2, 3)"),
        (NETWORK, "assert list(probes.submodules(make())) == ['0', '1', '2']"),
        (NETWORK, "net = make()\nstate = {k: np.ones_like(v) for k, v in "
         "probes.state(net).items()}\nprobes.set_state(net, state)\n"
         "assert probes.forward(net, np.ones((1, 3), 'float32')).item() == 9"),
        (NETWORK, "g = probes.gradients(make(), 'sum', np.ones((2, 3), 'float32'))\n"
         "assert g['2.bias'].tolist() == [2]"),
        ("def use(net): return net.eval()(torch.ones(3, 2, 2)).shape == (3, 5)",
         "net = probes.network(use, ('Flatten',), ('Linear', 4, 5))\nassert use(net)\n"
         "assert probes.parameters(net)['1.weight'].shape == (5, 4)"),
        (NETWORK, "net = make()\nx = torch.ones(2, 3)\nlosses = [train_step(net, x).item() "
         "for _ in range(9)]\nassert losses[-1] < losses[0]"),
        ("f = lambda x: x", "assert not probes.shares_memory(lambda x: x + 1, np.ones(2))"),
        ("def f(x): return x", "assert probes.shares_memory(f, np.ones(2))"),
        ("import random\nf = lambda: random.random()", "assert f() == f() or True"),
    ],
)  # fmt: skip
def test_what_works_in_a_notebook_works_in_the_grader(judge, answer, test):
    assert judge(answer, test) == ""
    space = {}
    for code in (IMPORTS, answer, test):
        exec(code, space)


@pytest.mark.parametrize(
    ("answer", "test", "message"),
    [
        ("def f(): return object()", "assert f() == 1", "f gave back an object of type object"),
        ("def f(): return object()", "assert f()", "f gave back an object of type object"),
        ("def f(): return object()", "assert np.allclose(f(), 1)", "f gave back an object of"),
        ("x = 1", "assert f() == 1", "NameError: name 'f' is not defined"),
        ("def f(): raise NotImplementedError", "f()", "Not filled in yet."),
        ("def f(x): return x[3]", "f([1])", "IndexError: list index out of range"),
        ("f = lambda: 1", "assert f() == 2, 'not two'", "not two"),
    ],
)
def test_a_failure_is_said_clearly(judge, answer, test, message):
    assert message in judge(answer, test)
