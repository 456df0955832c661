"""Messages as they are published (OpenAI, ShareGPT, TRL, Axolotl, LLaMA-Factory) -> turns of a conversation."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from transferkit.data.conversations import ASSISTANT, WEIGHT, Turn
from transferkit.errors import shown
from transferkit.table import printed
from transferkit.table.values import missing

_ROLES = ("system", "developer", "user", ASSISTANT, "tool", "function")
_OTHER_ROLES = (
    {"function_call": ASSISTANT, "observation": "tool", "系统": "system"}
    | dict.fromkeys(("human", "prompter", "用户"), "user")
    | dict.fromkeys(("gpt", "chatgpt", "bing", "bard", "model", "bot", "助手"), ASSISTANT)
)
EXPECTED = (
    f'expected messages of {", ".join(_ROLES[2:4])} or {_ROLES[0]} such as [{{"role": "user", "content": "..."}}]'
)
THOUGHTS = ("reasoning_content", "thinking")
"""What an assistant thought before it answered; chat templates that know the field write it down."""
_KEPT = ("name", "tool_call_id", *THOUGHTS)
_WEIGHTS = (WEIGHT, "train", "loss")
"""Says of an answer whether it is to be learned: OpenAI's field, Axolotl's, ms-swift's."""
_USUAL = {"role", "from", "content", "value", "tool_calls", "function_call", *_KEPT, *_WEIGHTS} - {*THOUGHTS}


class OddError(ValueError):
    """What was expected and found, in a sentence."""


def are(cell: Any) -> bool:
    """Whether a cell is a list of messages, or one message; also written out."""
    if isinstance(cell, str):
        try:
            cell = printed.parsed(cell) if cell.lstrip().startswith(("[{", "{")) else None
        except ValueError:
            return False
    first = cell if isinstance(cell, dict) else next(iter(cell), None) if hasattr(cell, "__iter__") else None
    return isinstance(first, dict) and bool({"role", "from"} & first.keys())


def turns(cell: Any) -> list[Turn]:
    """The turns that a cell holds. Raises `OddError`, or what comes of a cell that holds no messages."""
    return [_turn(message) for message in _each(cell)]


def fields(cells: Iterable[Any]) -> dict[str, list[int]]:
    """Fields that are filled in messages and do not go into every turn: thoughts, and those that nothing is read from
    -> the positions of the cells that have them. Cells of other text have none."""
    positions: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        filled = {name for message in _messages_in(cell) for name, value in message.items() if not _empty(value)}
        for field in filled - _USUAL:
            positions.setdefault(field, []).append(position)
    return positions


def _messages_in(cell: Any) -> Sequence[Any]:
    try:
        return [] if missing(cell) else _each(cell)
    except ValueError:
        return []


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _each(cell: Any) -> Sequence[Any]:
    found = printed.parsed(cell) if isinstance(cell, str) else cell
    return [found] if isinstance(found, dict) else list(found)


def tools(cell: Any) -> list[Any] | None:
    """The schemas of tools as templates take them; None where there are none."""
    schemas = listed(cell, "tools")
    return schemas and [_tool(schema) for schema in schemas]


def _tool(schema: Any) -> Any:
    bare = isinstance(schema, dict) and "name" in schema and "function" not in schema
    return {"type": "function", "function": schema} if bare else schema


def listed(cell: Any, name: str) -> list[Any] | None:
    """A list, also written out; None where there is none."""
    if missing(cell) or (isinstance(cell, str) and not cell.strip()):
        return None
    try:
        items = printed.parsed(cell) if isinstance(cell, str) else cell
    except ValueError:
        raise OddError(f"expected a list of {name}, found {shown(cell, 60)}") from None
    items = [items] if isinstance(items, dict) else items
    if not hasattr(items, "__iter__") or isinstance(items, str):
        raise OddError(f"expected a list of {name}, found {shown(cell, 60)}")
    return list(items) or None


def _turn(message: Any) -> Turn:
    """A message under the usual names; ShareGPT calls them from and value. Raises `OddError` for odd roles."""
    said = str(message["role"] if "role" in message else message["from"]).strip().lower()
    role = _OTHER_ROLES.get(said, said)
    if role not in _ROLES:
        raise OddError(f"{EXPECTED}, found one of the role {said!r}, {shown(message, 60)}")
    calling = message.get("tool_calls") or ([message["function_call"]] if message.get("function_call") else ())
    content = _text(
        message["content"] if "content" in message else message.get("value") if calling else message["value"]
    )
    turn = {"role": role, "content": content}
    turn |= {name: message[name] for name in _KEPT if isinstance(message.get(name), str) and message[name]}
    calls = [_call(call) for call in calling]
    if said == "function_call" and (found := _written_calls(content)):
        calls, turn["content"] = found, ""
    unlearned = role == ASSISTANT and not _is_learned(message)
    return turn | ({"tool_calls": calls} if calls else {}) | ({WEIGHT: 0} if unlearned else {})


def _is_learned(message: Any) -> bool:
    """What a message says of whether it is to be learned; if nothing, it is."""
    weights = {name: message[name] for name in _WEIGHTS if message.get(name) is not None}
    for name, weight in weights.items():
        if weight not in (0, 1):
            raise OddError(f"expected the {name} of a message to be 0 or 1, found {shown(weight, 40)}")
    return all(weights.values())


def _text(content: Any) -> str:
    """What a message says; of parts as OpenAI has them, their texts."""
    if hasattr(content, "__iter__") and not isinstance(content, str | dict):
        kinds = {part["type"] for part in content} - {"text"}
        if kinds:
            raise OddError(f"{EXPECTED}, found a part of the kind {sorted(kinds)[0]!r}, which is no text")
        return "".join(part["text"] for part in content)
    if isinstance(content, dict):
        raise OddError(f"{EXPECTED}, found content that is no text, {shown(content, 60)}")
    return "" if missing(content) else str(content)


def _call(call: Any) -> dict[str, Any]:
    """A call as templates take it: its arguments as an object."""
    function = call.get("function", call)
    arguments = function.get("arguments", {})
    if isinstance(arguments, str):
        arguments = json.loads(arguments) if arguments.strip() else {}
    return {"type": "function", "function": {"name": str(function["name"]), "arguments": arguments}}


def _written_calls(content: str) -> list[dict[str, Any]]:
    """The calls that ShareGPT's turn of `function_call` writes out; none where it is other text."""
    try:
        found = json.loads(content)
        return [_call(call) for call in (found if isinstance(found, list) else [found])]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []
