"""Small mistakes put into an answer, one at a time: a grader is as good as what it rejects.

Each mutant differs from the reference by one edit of its syntax tree, of a kind that students
make: another operator, a bound that is one off, another axis, a term or a statement left out,
arguments swapped, a keyword forgotten, a condition turned round, nothing given back. What cannot
change what the code does is left alone: docstrings, annotations, and the words of errors.

Tools for mutation testing (mutmut, cosmic-ray, mutpy) change the modules of a package and run
its pytest suite for each; here the code is a cell, the tests are a notebook's, and a run must cost
milliseconds.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_LONGEST = 90  # characters of what a label shows of a node


@dataclass(frozen=True)
class Mutant:
    """An answer with one mistake.

    Parameters
    ----------
    label : str
        grade_id:line:what, unique in an answer.
    source : str
    """

    label: str
    source: str


def mutants(grade_id: str, source: str) -> list[Mutant]:
    r"""Make every mutant of an answer.

    Parameters
    ----------
    grade_id : str
        Of the answer cell.
    source : str
        The reference answer, without nbgrader's marks.

    Returns
    -------
    list of Mutant
        In the order of their lines; none compiles to what the reference does or to another's code.

    Examples
    --------
    >>> for mutant in mutants("f", "def f(x):\n    return x < 3"):
    ...     print(mutant.label)
    f:2:return x < 3 -> return None
    f:2:x < 3 -> x <= 3
    f:2:x < 3 -> x >= 3
    f:2:x < 3 -> x < 4
    f:2:x < 3 -> x < 2
    """
    tree = ast.parse(source)
    _drop_docstrings(tree)
    seen = {_meaning(tree)}
    found: list[Mutant] = []
    times: dict[str, int] = {}
    for where, changed in _edits(tree):
        mutated = _with(tree, where, changed)
        meaning = _meaning(mutated)
        if meaning is None or meaning in seen:
            continue
        seen.add(meaning)
        label = f"{grade_id}:{_line(tree, where)}:{_what(tree, mutated, where)}"
        times[label] = times.get(label, 0) + 1
        label += f" #{times[label]}" if times[label] > 1 else ""
        found.append(Mutant(label, ast.unparse(mutated)))
    return found


# ---------------------------------------------------------------------------------------
# where


_Path = tuple[tuple[str, int | None], ...]  # from the tree down: a field, and a place in its list


def _edits(tree: ast.Module) -> Iterator[tuple[_Path, ast.AST | None]]:
    """Go through a tree from top to bottom; yield a place, and what may stand there instead."""
    for path, node in _walk(tree, ()):
        for operator in _OPERATORS:
            for changed in operator(node):
                yield path, changed


def _walk(node: ast.AST, path: _Path) -> Iterator[tuple[_Path, ast.AST]]:
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "exc", "msg", "ctx"):
            continue
        for place, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                yield (*path, (name, place)), child
                yield from _walk(child, (*path, (name, place)))


def _with(tree: ast.Module, path: _Path, changed: ast.AST | None) -> ast.Module:
    """Copy a tree with another node, or an empty statement, in one place."""
    copied = copy.deepcopy(tree)
    node = _node(copied, path[:-1])
    name, place = path[-1]
    new = ast.Pass() if changed is None else copy.deepcopy(changed)
    if place is None:
        setattr(node, name, new)
    else:
        getattr(node, name)[place] = new
    return ast.fix_missing_locations(copied)


def _meaning(tree: ast.Module) -> bytes | None:
    """Compile to what can be compared; None where it is no Python."""
    try:
        code = compile(ast.unparse(tree), "", "exec")
    except (SyntaxError, ValueError):
        return None
    return _flat(code)


def _flat(code: object) -> bytes:
    if not hasattr(code, "co_code"):
        return repr((type(code).__name__, code)).encode()
    inner = b"|".join(_flat(one) for one in code.co_consts)  # type: ignore[attr-defined]
    names = repr((code.co_names, code.co_varnames)).encode()  # type: ignore[attr-defined]
    return code.co_code + names + inner


def _drop_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body[0] = ast.copy_location(ast.Pass(), node.body[0])


def _what(tree: ast.Module, mutated: ast.Module, path: _Path) -> str:
    """Say an edit: what stood there and what stands there now, small things with what is around."""
    old = _node(tree, path)
    while isinstance(old, ast.Constant | ast.Name | ast.Slice | ast.Tuple | ast.keyword) and path:
        path = path[:-1]
        old = _node(tree, path)
    new = _node(mutated, path)
    return f"{_short(old)} -> {'(nothing)' if isinstance(new, ast.Pass) else _short(new)}"


def _line(tree: ast.Module, path: _Path) -> int:
    """Number the line of a node, or of the nearest one above it that has a number."""
    while not hasattr(_node(tree, path), "lineno"):
        path = path[:-1]
    return int(_node(tree, path).lineno)  # type: ignore[attr-defined]


def _node(tree: ast.AST, path: _Path) -> ast.AST:
    """Follow a path down a tree."""
    for name, place in path:
        value = getattr(tree, name)
        tree = value if place is None else value[place]
    return tree


def _short(node: ast.AST) -> str:
    text = ast.unparse(ast.fix_missing_locations(node)).split("\n")[0]
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


# ---------------------------------------------------------------------------------------
# what


_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,), ast.Mod: (ast.FloorDiv,), ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,), ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,),
    ast.LShift: (ast.RShift,), ast.RShift: (ast.LShift,),
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip


def _statements(node: ast.AST) -> Iterator[ast.AST | None]:
    """Leave a statement out, or give nothing back."""
    if isinstance(node, ast.Return) and node.value is not None:
        yield _at(node, ast.Return(ast.Constant(None)))
    elif isinstance(node, ast.Assign):
        if not isinstance(node.targets[0], ast.Name | ast.Tuple):  # else a name would be missing
            yield None
    elif isinstance(node, ast.AugAssign | ast.Expr | ast.If | ast.Break | ast.Continue | ast.For):
        yield None


def _arithmetic(node: ast.AST) -> Iterator[ast.AST | None]:
    """Put another operator, or drop one side."""
    if isinstance(node, ast.BinOp):
        for operator in _ARITHMETIC.get(type(node.op), ()):
            yield _at(node, ast.BinOp(node.left, operator(), node.right))
        yield node.left
        if isinstance(node.op, ast.Add | ast.Mult):
            yield node.right
    elif isinstance(node, ast.AugAssign):
        yield _at(node, ast.Assign([node.target], node.value))
        for operator in _ARITHMETIC.get(type(node.op), ()):
            yield _at(node, ast.AugAssign(node.target, operator(), node.value))
    elif isinstance(node, ast.UnaryOp):
        yield node.operand


def _logic(node: ast.AST) -> Iterator[ast.AST | None]:
    """Put another comparison, turn a condition round, or drop it."""
    if isinstance(node, ast.Compare):
        for n, old in enumerate(node.ops):
            for new in _COMPARISONS[type(old)]:
                ops = [*node.ops[:n], new(), *node.ops[n + 1 :]]
                yield _at(node, ast.Compare(node.left, ops, node.comparators))
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _at(node, ast.BoolOp(other, node.values))
        yield from node.values
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.If | ast.While):
        turned = copy.copy(node)
        turned.test = ast.UnaryOp(ast.Not(), node.test)
        yield turned
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield _at(node, ast.comprehension(node.target, node.iter, [], node.is_async))


def _constants(node: ast.AST) -> Iterator[ast.AST | None]:
    """Be one off, turn a truth round, forget a word."""
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield _at(node, ast.Constant(not node.value))
    elif isinstance(node.value, int):
        yield _at(node, ast.Constant(node.value + 1))
        yield _at(node, ast.Constant(node.value - 1))
    elif isinstance(node.value, float):
        yield _at(node, ast.Constant(2 * node.value + 1))
        yield _at(node, ast.Constant(0.0))
    elif isinstance(node.value, str):
        yield _at(node, ast.Constant(""))


def _bounds(node: ast.AST) -> Iterator[ast.AST | None]:
    """Move a bound of a slice or a range by one, or drop it."""
    if isinstance(node, ast.Slice):
        for name in ("lower", "upper", "step"):
            bound = getattr(node, name)
            if bound is None:
                continue
            still = name == "step" or isinstance(bound, ast.Constant)
            for new in [None, *([] if still else _moved(bound))]:
                changed = copy.copy(node)
                setattr(changed, name, new)
                yield changed
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range":
        for n, bound in enumerate(node.args[:2]):
            for moved in _moved(bound):
                yield _with_args(node, [*node.args[:n], moved, *node.args[n + 1 :]])


def _moved(bound: ast.expr) -> list[ast.expr]:
    """Add one to a bound, and take one away."""
    return [ast.BinOp(bound, operator, ast.Constant(1)) for operator in (ast.Add(), ast.Sub())]


def _calls(node: ast.AST) -> Iterator[ast.AST | None]:
    """Swap two arguments, forget a keyword, leave the call out."""
    if not isinstance(node, ast.Call):
        return
    plain = not any(isinstance(arg, ast.Starred) for arg in node.args)
    if plain and len(node.args) > 1:
        yield _with_args(node, [node.args[1], node.args[0], *node.args[2:]])
    for n in range(len(node.keywords)):
        kept = [*node.keywords[:n], *node.keywords[n + 1 :]]
        yield _at(node, ast.Call(node.func, node.args, kept))
    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) not in _MODULES:
        if node.func.attr in _METHODS or not isinstance(node.func.value, ast.Name):
            yield node.func.value
    elif plain and len(node.args) == 1:
        yield node.args[0]


_MODULES = ("np", "math", "torch", "nn", "F", "np.linalg", "nn.functional", "torch.nn.functional")
_METHODS = (
    "copy", "astype", "sum", "mean", "max", "min", "reshape", "transpose", "ravel", "flatten",
    "detach", "clone", "clip", "view", "permute", "item", "squeeze", "unsqueeze", "float", "numpy",
    "relu", "argmax", "contiguous", "any", "all", "std", "var", "cumsum", "swapaxes",
)  # fmt: skip


def _sequences(node: ast.AST) -> Iterator[ast.AST | None]:
    """Swap two entries of a tuple that is given on."""
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield _at(node, ast.Tuple([node.elts[1], node.elts[0], *node.elts[2:]], ast.Load()))


_OPERATORS: tuple[Callable[[ast.AST], Iterator[ast.AST | None]], ...] = (
    _statements, _arithmetic, _logic, _constants, _bounds, _calls, _sequences,
)  # fmt: skip


def _with_args(node: ast.Call, args: list[ast.expr]) -> ast.AST:
    return _at(node, ast.Call(node.func, args, node.keywords))


def _at(node: ast.AST, new: ast.AST) -> ast.AST:
    return ast.copy_location(new, node) if hasattr(node, "lineno") else new
