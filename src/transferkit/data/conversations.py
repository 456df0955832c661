"""Conversations as text: JSON messages under `role` and `content`, which may call tools, and the tools there are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Turn = dict[str, Any]
ASSISTANT = "assistant"
WEIGHT = "weight"
"""0 in a turn of the assistant's that is read and not learned, as OpenAI has it."""
_LIST, _OBJECT = '[{"role"', '{"messages"'


@dataclass(frozen=True)
class Conversation:
    """The turns so far, and the tools that may be called, as JSON schemas."""

    turns: list[Turn]
    tools: list[Any] | None = None

    @property
    def answers(self) -> int:
        """How many of the turns are answers to be learned."""
        return sum(map(is_answer, self.turns))

    @property
    def unlearned(self) -> int:
        """How many are the assistant's all the same."""
        return sum(map(_is_said, self.turns)) - self.answers


def is_answer(turn: Turn) -> bool:
    """Whether a turn is an answer to be learned."""
    return _is_said(turn) and turn.get(WEIGHT) != 0


def _is_said(turn: Turn) -> bool:
    return str(turn["role"]) == ASSISTANT


def prompt(turns: Sequence[Turn], tools: Sequence[Any] | None = None) -> str:
    """What is asked by `turns`: of one alone its text, else the conversation written out."""
    alone = len(turns) == 1 and turns[0]["role"] == "user" and not tools
    return str(turns[0]["content"]) if alone else written(turns, tools) if turns else ""


def up_to_last_answer(talk: Conversation) -> tuple[str, str, int] | None:
    """The prompt before the last answer to be learned, that answer, and how many turns follow it; None without one."""
    there = [i for i, turn in enumerate(talk.turns) if i and is_answer(turn) and called(turn)]
    if not there:
        return None
    last = there[-1]
    return prompt(talk.turns[:last], talk.tools), called(talk.turns[last]), len(talk.turns) - last - 1


def written(turns: Sequence[Turn], tools: Sequence[Any] | None = None) -> str:
    """What `parsed` reads: a list of messages, or an object with `messages` and `tools`."""
    whole: Any = {"messages": list(turns), "tools": list(tools)} if tools else list(turns)
    return json.dumps(whole, ensure_ascii=False)


def parsed(text: str) -> Conversation | None:
    """The conversation that `text` is, None for any other text."""
    if not text.startswith((_LIST, _OBJECT)):
        return None
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return None
    turns, tools = (whole.get("messages"), whole.get("tools")) if isinstance(whole, dict) else (whole, None)
    if not isinstance(turns, list) or not turns or not isinstance(tools, list | None):
        return None
    return Conversation(turns, tools or None) if all(_is_turn(turn) for turn in turns) else None


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, dict) and isinstance(turn.get("role"), str) and isinstance(turn.get("content"), str)


def called(turn: Turn) -> str:
    """What an assistant's turn says, with the tools it calls, each as JSON between `<tool_call>` and `</tool_call>`,
    as Hermes and Qwen write them."""
    calls = [json.dumps(call["function"], ensure_ascii=False) for call in turn.get("tool_calls") or ()]
    parts = [turn["content"], *(f"<tool_call>\n{call}\n</tool_call>" for call in calls)]
    return "\n".join(part for part in parts if part)
