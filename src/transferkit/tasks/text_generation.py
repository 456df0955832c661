"""Whatever a prompt asks for: instruction tuning on prompts with completions, or on conversations."""

import json
from dataclasses import replace
from typing import Any

from transferkit.data.rows import Rows
from transferkit.errors import DataError
from transferkit.tasks import answered_with_text

_MESSAGES = ("messages", "conversations", "conversation")
_ABOUT = ("input", "context")
_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_OTHER_ROLES = {"human": "user", "function_call": "assistant", "observation": "tool"} | dict.fromkeys(
    ("gpt", "chatgpt", "bing", "bard", "model"), "assistant"
)


def unpacked(rows: Rows) -> Rows:
    """A column of messages as `prompt`, all before the last answer, and `completion`, that answer.

    A prompt of one turn is its text, one of several turns is JSON. Raises `DataError` for what is no conversation.
    Without messages, an instruction and what it is about (Alpaca's input, Dolly's context) are one prompt.
    """
    name = next((name for name in _MESSAGES if name in rows), None)
    if name is None:
        return _instructed(rows)
    parted = [_parted(cell, i, name, rows) for i, cell in enumerate(rows[name])]
    prompts, completions = [prompt for prompt, _ in parted], [completion for _, completion in parted]
    others = {key: cells for key, cells in rows.columns.items() if key != name}
    return replace(rows, columns={**others, "prompt": prompts, "completion": completions})


def _instructed(rows: Rows) -> Rows:
    about = next((name for name in _ABOUT if name in rows), None)
    if about is None or "instruction" not in rows or "prompt" in rows:
        return rows
    pairs = zip(rows["instruction"], rows[about], strict=True)
    prompts = [f"{told}\n\n{text}" if isinstance(text, str) and text.strip() else told for told, text in pairs]
    return replace(rows, columns={**rows.columns, "prompt": prompts})


def _parted(cell: Any, position: int, name: str, rows: Rows) -> tuple[str, str | None]:
    try:
        turns = [_turn(each) for each in (json.loads(cell) if isinstance(cell, str) else cell)]
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        odd = str(error) if str(error).startswith(" one of") else ""
        where = f"{rows.source}: " if rows.source else ""
        raise DataError(
            f"{where}row {rows.numbers[position]}, column {name!r}: expected messages of {', '.join(_ROLES[2:4])} or "
            f'{_ROLES[0]} such as [{{"role": "user", "content": "..."}}], found{odd} {cell!r:.80}; mend that row'
        ) from None
    answer = (turns.pop()["content"] or None) if turns and turns[-1]["role"] == "assistant" else None
    one = len(turns) == 1 and turns[0]["role"] == "user"
    return (turns[0]["content"] if one else json.dumps(turns, ensure_ascii=False) if turns else ""), answer


def _turn(each: Any) -> dict[str, str]:
    """A message under the usual names; ShareGPT calls them from and value. Raises `ValueError` for odd roles."""
    said = str(each["role"] if "role" in each else each["from"]).strip().lower()
    role = _OTHER_ROLES.get(said, said)
    if role not in _ROLES:
        raise ValueError(f" one of the role {said!r}")
    content = each["content"] if "content" in each else each["value"]
    return {"role": role, "content": "" if content is None else str(content)}


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
    unpack=unpacked,
)
