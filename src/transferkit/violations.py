"""What pydantic found wrong with a description, as one sentence."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from transferkit.errors import nearest, shown

_TYPES = ("constrained-", "tuple[", "function-", "literal[", "list[", "dict[", "nullable[")
_SHOULD = "input should be "


def explain(
    error: ValidationError, known: Callable[[tuple[Any, ...]], Iterable[str]] = lambda place: (), within: str = ""
) -> str:
    """One sentence per violation: where, what was expected, what was found.

    `known` says which names there are at a place (the keys that lead there), of which the nearest one is offered;
    `within` is where all of it stands.
    """
    said: dict[tuple[str, str], list[str]] = {}
    for item in error.errors():
        # The last parts may be pydantic's own names for the types that were tried, one error for each.
        place = [str(part) for part in item["loc"] if not str(part).startswith(_TYPES)]
        where = ".".join([within, *place] if within else place) or "config"
        words = item["msg"].removeprefix("Value error, ").replace("valid tuple", "list")
        words = words.partition(", unable")[0]
        if item["type"] == "extra_forbidden":
            near = nearest(str(item["loc"][-1]), known(tuple(item["loc"][:-1])))
            words = f"unknown, did you mean {near}?" if near else "unknown"
        said.setdefault((where, f"{shown(item['input'])}{_hint(item)}"), []).append(f"{words[:1].lower()}{words[1:]}")
    return "; ".join(f"{where}: {_either(words)} (found {value})" for (where, value), words in said.items())


def _either(alternatives: Sequence[str]) -> str:
    """What would have been right, where one value may be of several types."""
    first, *others = dict.fromkeys(alternatives)
    return " or ".join([first, *(words.removeprefix(_SHOULD) for words in others)])


def _hint(item: Any) -> str:
    """What to do where YAML takes for a number or a truth value what was meant as text."""
    odd = item["type"] == "string_type" and isinstance(item["input"], bool | int | float)
    return "; put text in quotes" if odd else ""
