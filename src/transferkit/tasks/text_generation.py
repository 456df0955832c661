"""Whatever a prompt asks for: instruction tuning on prompts with completions, or on conversations."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from transferkit.data import printed
from transferkit.data.conversations import ASSISTANT, Turn, called, written
from transferkit.data.rows import Rows
from transferkit.data.values import missing
from transferkit.errors import DataError, shown
from transferkit.tasks import answered_with_text

_MESSAGES = ("messages", "conversations", "conversation")
_ABOUT = ("input", "context")
_ROLES = ("system", "developer", "user", ASSISTANT, "tool", "function")
_OTHER_ROLES = {"human": "user", "function_call": ASSISTANT, "observation": "tool"} | dict.fromkeys(
    ("gpt", "chatgpt", "bing", "bard", "model"), ASSISTANT
)
_EXPECTED = (
    f'expected messages of {", ".join(_ROLES[2:4])} or {_ROLES[0]} such as [{{"role": "user", "content": "..."}}]'
)
_KEPT = ("name", "tool_call_id")
_SYSTEM, _TOLD = ("system", "system_prompt"), ("prompt", "instruction", "question")
_PAIR = 2


def unpacked(rows: Rows) -> Rows:
    """A column of messages as `prompt`, all before the last answer, and `completion`, that answer; columns `system` and
    `tools` beside it (as ShareGPT's have them) belong to it.

    A prompt of one turn is its text, one of several turns or with tools is JSON. Raises `DataError` for what is no
    conversation. Without messages, an instruction and what it is about (Alpaca's input, Dolly's context) are one
    prompt, after its `system` and the questions and answers of its `history`.
    """
    name = next((name for name in _MESSAGES if name in rows), None)
    if name is None:
        return _instructed(rows)
    parted = [_at(rows, i, name, lambda i: _parted(rows[name][i], _beside(rows, i))) for i in range(len(rows))]
    prompts, completions = [prompt for prompt, _ in parted], [completion for _, completion in parted]
    others = {key: cells for key, cells in rows.columns.items() if key != name}
    return replace(rows, columns={**others, "prompt": prompts, "completion": completions})


def _instructed(rows: Rows) -> Rows:
    about = next((name for name in _ABOUT if name in rows and "instruction" in rows), None)
    told = next((name for name in _TOLD if name in rows), None)
    more = any(name in rows for name in (*_SYSTEM, "history", "tools"))
    if told is None or not (more or (about and told == "instruction")):
        return rows
    prompts = [_at(rows, i, told, lambda i: _asked(rows, i, told, about)) for i in range(len(rows))]
    return replace(rows, columns={**rows.columns, "prompt": prompts})


def _asked(rows: Rows, i: int, told: str, about: str | None) -> Any:
    """The prompt of a row: its text alone, or with what was said before."""
    asked = rows[told][i]
    text = rows[about][i] if about and told == "instruction" else None
    asked = f"{asked}\n\n{text}" if isinstance(text, str) and text.strip() else asked
    system, tools = _beside(rows, i)
    before = [turn for pair in _history(rows, i) for turn in pair]
    if not (system or tools or before) or not isinstance(asked, str) or not asked.strip():
        return asked
    return written([*system, *before, {"role": "user", "content": asked}], tools)


def _beside(rows: Rows, i: int) -> tuple[list[Turn], list[Any] | None]:
    """The system's turn, if a row has a column with what the system says, and its tools."""
    said = next((rows.columns[name][i] for name in _SYSTEM if name in rows), None)
    tools = _value(rows.columns["tools"][i], "tools") if "tools" in rows else None
    system = [{"role": "system", "content": said}] if isinstance(said, str) and said.strip() else []
    return system, tools and [_tool(each) for each in tools]


def _tool(each: Any) -> Any:
    """A tool's schema as templates take it."""
    bare = isinstance(each, dict) and "name" in each and "function" not in each
    return {"type": "function", "function": each} if bare else each


def _history(rows: Rows, i: int) -> list[tuple[Turn, Turn]]:
    given = _value(rows.columns["history"][i], "history") if "history" in rows else None
    pairs = [pair for pair in given or [] if isinstance(pair, list | tuple) and len(pair) == _PAIR]
    if len(pairs) < len(given or []) or not all(isinstance(text, str) for pair in pairs for text in pair):
        raise _OddError(f"expected a history of pairs of question and answer, found {shown(given, 60)}")
    return [({"role": "user", "content": asked}, {"role": ASSISTANT, "content": said}) for asked, said in pairs]


def _value(cell: Any, name: str) -> list[Any] | None:
    """A list, also written out; None where there is none."""
    if missing(cell) or (isinstance(cell, str) and not cell.strip()):
        return None
    try:
        found = printed.parsed(cell) if isinstance(cell, str) else cell
    except ValueError:
        raise _OddError(f"expected a list of {name}, found {shown(cell, 60)}") from None
    found = [found] if isinstance(found, dict) else found
    if not hasattr(found, "__iter__") or isinstance(found, str):
        raise _OddError(f"expected a list of {name}, found {shown(cell, 60)}")
    return list(found) or None


class _OddError(ValueError):
    """What was expected and found, in a sentence."""


def _at(rows: Rows, i: int, column: str, read: Callable[[int], Any]) -> Any:
    where = f"{f'{rows.source}: ' if rows.source else ''}row {rows.numbers[i]}"
    try:
        return read(i)
    except _OddError as error:
        raise DataError(f"{where}, column {column!r}: {error}; mend that row") from None
    except (TypeError, ValueError, KeyError, AttributeError):
        raise DataError(
            f"{where}, column {column!r}: {_EXPECTED}, found {shown(rows[column][i], 80)}; mend that row"
        ) from None


def _parted(cell: Any, beside: tuple[list[Turn], list[Any] | None]) -> tuple[str, str | None]:
    system, tools = beside
    turns = [_turn(each) for each in (printed.parsed(cell) if isinstance(cell, str) else cell)]
    answer = (called(turns.pop()) or None) if turns and turns[-1]["role"] == ASSISTANT else None
    if turns and turns[0]["role"] != "system":
        turns = [*system, *turns]
    alone = len(turns) == 1 and turns[0]["role"] == "user" and not tools
    return (turns[0]["content"] if alone else written(turns, tools) if turns else ""), answer


def _turn(each: Any) -> Turn:
    """A message under the usual names; ShareGPT calls them from and value. Raises `ValueError` for odd roles."""
    said = str(each["role"] if "role" in each else each["from"]).strip().lower()
    role = _OTHER_ROLES.get(said, said)
    if role not in _ROLES:
        raise _OddError(f"{_EXPECTED}, found one of the role {said!r}, {shown(each, 60)}")
    content = _text(
        each["content"] if "content" in each else each.get("value") if "tool_calls" in each else each["value"]
    )
    turn = {"role": role, "content": content}
    turn |= {name: each[name] for name in _KEPT if isinstance(each.get(name), str)}
    calls = [_call(call) for call in each.get("tool_calls") or ()]
    if said == "function_call" and (found := _written_calls(content)):
        calls, turn["content"] = found, ""
    return turn | ({"tool_calls": calls} if calls else {})


def _text(content: Any) -> str:
    """What a message says; of parts as OpenAI has them, their texts."""
    if isinstance(content, list):
        kinds = {part["type"] for part in content} - {"text"}
        if kinds:
            raise _OddError(f"{_EXPECTED}, found a part of the kind {sorted(kinds)[0]!r}, which is no text")
        return "".join(part["text"] for part in content)
    return "" if content is None else str(content)


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


TASK = replace(
    answered_with_text(
        "text-generation",
        target="completion",
        usual={
            "text": ("prompt", "instruction", "question", "input", "text"),
            "completion": ("completion", "response", "answer", "output", "target", "chosen"),
        },
        metrics=("token_f1", "exact_match", "rouge_l", "chrf"),
        instruction="",
    ),
    conversations=True,
    unpacks=(*_MESSAGES, *_TOLD, *_ABOUT, *_SYSTEM, "history", "tools"),
    unpack=unpacked,
)
