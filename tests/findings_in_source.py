"""What the source may say in findings and reasons, as sentences with their fields filled in.

Expressions that make a message are followed: f-strings, conditions, sums, names assigned in the same function,
arguments that are passed to it anywhere, constants of the module, and what helpers of the module return. What varies
otherwise is `x`, or 7 where it is a number.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from pathlib import Path

_MOST = 64
"""Forms of one expression that are looked at."""
_DEEPEST = 14
_WRITTEN = {
    "counted": ["3 rows"],
    "shown": ["'x'"],
    "prose.shown": ["rows 1, 2"],
    "of": [" of train", ""],
    "either": ["'x' or 'y'"],
    "len": ["7"],
    "sum": ["7"],
    "int": ["7"],
    "repr": ["'x'"],
}
"""What functions write that are called in messages."""


@dataclass(frozen=True)
class Said:
    """Where a sentence stands, and the forms it may take."""

    where: str
    forms: tuple[str, ...]


@dataclass(frozen=True)
class Function:
    """A function of the source, with what is assigned in it and in its module."""

    name: str
    node: ast.FunctionDef
    module: "Module"

    @cached_property
    def names(self) -> Mapping[str, Sequence[ast.expr]]:
        return {**self.module.names, **_assigned(list(ast.walk(self.node)))}

    @cached_property
    def parameters(self) -> dict[str, int]:
        arguments = [*self.node.args.args, *self.node.args.kwonlyargs]
        return {argument.arg: i for i, argument in enumerate(arguments)}

    @cached_property
    def defaults(self) -> dict[str, ast.expr]:
        arguments = self.node.args
        given = arguments.args[len(arguments.args) - len(arguments.defaults) :]
        return {argument.arg: value for argument, value in zip(given, arguments.defaults, strict=True)}

    @cached_property
    def returned(self) -> list[ast.expr]:
        return [node.value for node in ast.walk(self.node) if isinstance(node, ast.Return) and node.value is not None]


class Module:
    """A file of the source."""

    def __init__(self, path: Path) -> None:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        self.names, self.stem = _assigned(tree.body), path.stem
        found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        self.functions = {node.name: Function(node.name, node, self) for node in found}


class Source:
    """All files below a folder."""

    def __init__(self, folder: Path) -> None:
        self.modules = {str(path.relative_to(folder)): Module(path) for path in sorted(folder.rglob("*.py"))}
        self.calls: dict[str, list[tuple[str, Function, ast.Call]]] = {}
        for place, module in self.modules.items():
            for function in module.functions.values():
                for node in ast.walk(function.node):
                    if isinstance(node, ast.Call):
                        called = ast.unparse(node.func).rpartition(".")[2]
                        self.calls.setdefault(called, []).append((place, function, node))

    def arguments(self, called: str, *places: int | str) -> Iterator[Said]:
        """What is passed to the functions that are so `called`, by position or keyword."""
        for place, function, call in self.calls.get(called, ()):
            for expression in (value for place_ in places for value in _passed(call, place_)):
                yield Said(f"{place}:{call.lineno}", tuple(self.forms(expression, function)))

    def returned(self, called: str) -> Iterator[Said]:
        """What the functions that are so `called` return."""
        for place, module in self.modules.items():
            if function := module.functions.get(called):
                for expression in function.returned:
                    yield Said(f"{place}:{expression.lineno}", tuple(self.forms(expression, function)))

    def forms(self, expression: ast.expr, function: Function) -> list[str]:
        return list(dict.fromkeys(islice(self._forms(expression, function, 0), _MOST)))

    def _forms(self, node: ast.expr, at: Function, depth: int) -> Iterator[str]:
        def of(inner: ast.expr) -> list[str]:
            return list(dict.fromkeys(islice(self._forms(inner, at, depth + 1), _MOST)))

        match node:
            case _ if depth > _DEEPEST:
                yield "x"
            case ast.Constant(value=str(text)):
                yield text
            case ast.Constant(value=int() | float()):
                yield "7"
            case ast.JoinedStr(values=parts):
                yield from map("".join, product(*map(of, parts)))
            case ast.FormattedValue(format_spec=ast.JoinedStr() as spec):
                yield "33%" if "%" in ast.unparse(spec) else "7"
            case ast.FormattedValue(value=value, conversion=conversion):
                yield from (f"'{form}'" if conversion == ord("r") else form for form in of(value))
            case ast.IfExp(body=one, orelse=other):
                yield from (*of(one), *of(other))
            case ast.BoolOp(values=values):
                yield from (form for value in values for form in of(value) if form)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield from map("".join, product(of(left), of(right)))
            case ast.BinOp(left=left, op=ast.Mult()):
                yield from ("", *of(left))
            case ast.Subscript(value=ast.Name(id=name)) if name in at.module.names:
                mappings = [value for value in at.module.names[name] if isinstance(value, ast.Dict)]
                yield from (form for mapping in mappings for value in mapping.values for form in of(value))
            case ast.Tuple(elts=values) | ast.List(elts=values):
                yield from (form for value in values for form in of(value))
            case ast.Starred(value=value):
                yield from of(value)
            case ast.Name(id=name) if name in at.names:
                yield from (form for value in at.names[name] for form in of(value))
            case ast.Name(id=name) if name in at.parameters:
                yield from self._passed(at, name, depth)
            case ast.Call(func=called):
                yield from self._called(node, ast.unparse(called), at, depth)
            case _:
                yield "x"

    def _passed(self, function: Function, name: str, depth: int) -> Iterator[str]:
        """What is passed as the parameter `name`."""
        found = False
        for _, caller, call in self.calls.get(function.name, ()):
            module = ast.unparse(call.func).rpartition(".")[0]
            if module != function.module.stem and (module or caller.module is not function.module):
                continue  # another function of that name
            for value in (*_passed(call, function.parameters[name]), *_passed(call, name)):
                found = True
                yield from self._forms(value, caller, depth + 3)
        if default := function.defaults.get(name):
            yield from self._forms(default, function, depth + 1)
        elif not found:
            yield "x"

    def _called(self, node: ast.Call, name: str, at: Function, depth: int) -> Iterator[str]:
        short = name.rpartition(".")[2]
        if short == "counted" and len(node.args) > 1:
            yield from (f"3 {noun}s" for noun in self._forms(node.args[1], at, depth + 1))
        elif short == "verb":
            yield from (form for value in node.args[1:] for form in self._forms(value, at, depth + 1))
        elif short == "shown" and ast.unparse(node.args[0]) in ("numbers", "rows"):
            yield "rows 1, 2"
        elif name in _WRITTEN or short in _WRITTEN:
            yield from _WRITTEN.get(name) or _WRITTEN[short]
        elif name in at.module.functions and at.module.functions[name].returned:
            helper = at.module.functions[name]
            yield from (form for value in helper.returned for form in self._forms(value, helper, depth + 3))
        else:
            yield "x"


def _passed(call: ast.Call, place: int | str) -> list[ast.expr]:
    if isinstance(place, str):
        return [keyword.value for keyword in call.keywords if keyword.arg == place]
    if any(isinstance(argument, ast.Starred) for argument in call.args[: place + 1]):
        return []
    return call.args[place : place + 1]


def _assigned(nodes: Sequence[ast.AST]) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                _assign(target, node.value, found)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            _assign(node.target, node.value, found)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            before = found.get(node.target.id, [])
            found[node.target.id] = [ast.BinOp(value, ast.Add(), node.value) for value in before] + before
    for node in nodes:
        if isinstance(node, ast.For | ast.comprehension):
            several = found.get(node.iter.id, []) if isinstance(node.iter, ast.Name) else [node.iter]
            for value in (value for each in several if isinstance(each, ast.Tuple | ast.List) for value in each.elts):
                _assign(node.target, value, found)
    return found


def _assign(target: ast.expr, value: ast.expr, found: dict[str, list[ast.expr]]) -> None:
    if isinstance(target, ast.Name):
        found.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, other in zip(target.elts, value.elts, strict=True):
            _assign(one, other, found)
