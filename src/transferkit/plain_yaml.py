"""YAML as plain values: the core schema of YAML 1.2, bounded in size, without repeated keys and tags of its own.

`no` and `010` are a word and ten here, as their writer means them, not false and eight as in YAML 1.1.
"""

import re
from typing import Any

import yaml

MOST_CHARACTERS = 2**18
"""A longer text is refused before it is parsed."""
MOST_NODES = 10_000
"""Values that a document may stand for, every use of an anchor counted."""
MOST_DEPTH = 20
"""Lists and mappings inside each other."""

_MOST_DIGITS = 400

_PLAIN = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9][0-9_]*|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
    "null": (r"~|null|Null|NULL|", "~nN\0"),
    "merge": (r"<<", "<"),
}
_TAG = "tag:yaml.org,2002:"
_KNOWN = {f"{_TAG}{name}" for name in (*_PLAIN, "str", "seq", "map")}


class _Reader(yaml.SafeLoader):
    """Composes a document of bounded depth; `plain` makes values of it."""

    depth = nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.depth > MOST_DEPTH:
            raise ValueError(f"expected at most {MOST_DEPTH} lists and mappings inside each other, found more")
        _count(self.nodes)
        self.depth, self.nodes = self.depth + 1, self.nodes + 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_yaml_int(self, node: Any) -> int:
        """Decimal also with zeros in front."""
        text = self.construct_scalar(node).replace("_", "")
        if len(text) > _MOST_DIGITS:
            raise ValueError(f"line {_line(node)}: expected at most {_MOST_DIGITS} digits, found {len(text):,}")
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


class _Writer(yaml.SafeDumper):
    """Quotes what `_Reader` would take for something else than text."""


for _kind in (_Reader, _Writer):
    _kind.yaml_implicit_resolvers = {}
    for _name, (_pattern, _first) in _PLAIN.items():
        _kind.add_implicit_resolver(f"{_TAG}{_name}", re.compile(rf"(?:{_pattern})\Z"), list(_first.replace("\0", "")))
        if "\0" in _first:
            _kind.add_implicit_resolver(f"{_TAG}{_name}", re.compile(rf"(?:{_pattern})\Z"), [""])
_Reader.add_constructor(f"{_TAG}int", _Reader.construct_yaml_int)


def read(text: str) -> Any:
    """The value that `text` stands for. Raises `ValueError` with what is wrong with it, and in which line."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"expected at most {MOST_CHARACTERS:,} characters, found more")
    try:
        reader = _Reader(text)
        node = reader.get_single_node()
        if node is None:
            return None
        _check(node)
        return reader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ValueError(f"{where}{error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error).splitlines()[0]) from None


def written(value: Any) -> str:
    """What `read` takes back."""
    return str(yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True))


def _check(root: Any) -> None:
    """Raise `ValueError` for what a plain document has not; every use of an anchor is walked again."""
    left, seen = [root], 0
    while left:
        node = left.pop()
        seen += 1
        _count(seen)
        if isinstance(node, yaml.MappingNode):
            _check_keys(node)
            left += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            left += node.value
        _check_tag(node)


def _count(nodes: int) -> None:
    if nodes > MOST_NODES:
        raise ValueError(f"expected at most {MOST_NODES:,} values, found more, every use of an anchor counted")


def _check_keys(node: Any) -> None:
    keys = [(key.value, key) for key, _ in node.value if key.tag != f"{_TAG}merge"]
    for value, key in keys:
        if key.tag != f"{_TAG}str":
            found = repr(value[:40]) if isinstance(value, str) else "a list or mapping"
            raise ValueError(f"line {_line(key)}: expected names as keys, found {found}; put names in quotes")
    names = [value for value, _ in keys]
    twice = next((key for at, (value, key) in enumerate(keys) if value in names[:at]), None)
    if twice is not None:
        raise ValueError(f"line {_line(twice)}: the key {twice.value[:40]!r} was given before; leave one of them out")


def _check_tag(node: Any) -> None:
    name = node.tag.removeprefix(_TAG)
    if node.tag not in _KNOWN or (
        name in _PLAIN and not (isinstance(node, yaml.ScalarNode) and re.fullmatch(_PLAIN[name][0], node.value))
    ):
        raise ValueError(f"line {_line(node)}: expected a plain value, found the tag {node.tag!r}; leave the tag out")


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1
