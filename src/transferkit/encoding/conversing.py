"""Conversations as a generative model reads them, and where in them it has answered before."""

import logging
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from transferkit.arrays import Ints
from transferkit.data.conversations import Conversation, Turn, called, is_answer
from transferkit.encoding.templating import GAP, Frame, ids_of, plain_ids, templated
from transferkit.errors import DataError

_TAKEN = re.compile("\u2402(\\d+)\u2403")  # stands for what would be a special token
_TOOLS, _CALLS = "tools", "tool_calls"
log = logging.getLogger("transferkit")

Part = tuple[str, bool]
"""A part of a conversation written out, and whether it is an answer."""


def asked_last(
    talk: Conversation, tokenizer: Any, framing: Frame, max_length: int, number: int
) -> tuple[Ints, int, Ints]:
    """The tokens of a conversation up to where the model is to answer, its length uncut, and the positions of the
    tokens of earlier answers, their ends included.

    Where it is too long, its oldest turns are left out, but not the system's; then the middle of what is left.
    """
    full = 0
    turns, taken = without_special(talk.turns, tokenizer)
    tools, taken = without_special(talk.tools or (), tokenizer, taken)
    system = [turn for turn in turns[:1] if turn["role"] == "system"]
    rest = list(turns[len(system) :])
    while True:
        parts = _parts([*system, *rest], tools, tokenizer, number)
        pieces = [(_restored_ids(tokenizer, text, taken), answer) for text, answer in parts]
        if not tokenizer.chat_template:
            pieces = [(list(framing.before), False), *pieces, (list(framing.after), False)]
        ids = [token for tokens, _ in pieces for token in tokens]
        full = full or len(ids)
        if len(ids) <= max_length:
            return np.array(ids, dtype=np.int64), full, _answered(pieces, framing.end)
        if len(rest) < 2:
            head = max_length - max_length // 2
            return np.array([*ids[:head], *ids[len(ids) - max_length // 2 :]], dtype=np.int64), full, _answered([], 0)
        rest = rest[2:] if len(rest) > 2 else rest[1:]


def _answered(parts: Sequence[tuple[Sequence[int], bool]], end: int) -> Ints:
    """Positions of the tokens of answers, each up to its first `end`, which may open the part behind it."""
    positions: list[int] = []
    at = 0
    for i, (tokens, answer) in enumerate(parts):
        if answer:
            stop = tokens.index(end) + 1 if end in tokens else len(tokens)
            positions += range(at, at + stop)
            if end not in tokens and i + 1 < len(parts) and parts[i + 1][0][:1] == [end]:
                positions.append(at + len(tokens))
        at += len(tokens)
    return np.array(positions, dtype=np.int64)


def _parts(turns: list[Turn], tools: Sequence[Any], tokenizer: Any, number: int) -> list[Part]:
    template = str(tokenizer.chat_template or "")
    if tools and _TOOLS not in template:
        _tell_of_tools(tokenizer.name_or_path)
    if _CALLS not in template:
        turns = [{name: turn[name] for name in turn if name != _CALLS} | {"content": called(turn)} for turn in turns]
    if not template:
        return [part for turn in turns for part in ((GAP, False), (called(turn), is_answer(turn)))][1:]
    whole = templated(tokenizer, turns, tools)
    if whole is None and turns[0]["role"] == "system" and len(turns) > 1:  # no turn of the system's in this template
        first = {**turns[1], "content": f"{turns[0]['content']}{GAP}{turns[1]['content']}"}
        turns = [first, *turns[2:]]
        whole = templated(tokenizer, turns, tools)
    if whole is None:
        raise DataError(
            f"row {number}: the model's chat template refuses this conversation; expected turns of user and "
            "assistant messages, starting and ending with user; fix that row"
        )
    return list(_around(whole, sorted(_ranges(whole, turns, tools, tokenizer))))


@cache
def _tell_of_tools(model: str) -> None:
    log.warning("%s: its chat template has no place for tools: conversations are read without them", model)


def _ranges(whole: str, turns: Sequence[Turn], tools: Sequence[Any], tokenizer: Any) -> Iterator[tuple[int, int]]:
    """Where earlier answers stand in a conversation written out: behind what the model is asked with at that point, up
    to where the next turn begins. One that the template writes otherwise later than at its end is left out."""
    for i, turn in enumerate(turns):
        if not i or not is_answer(turn):
            continue
        prompt, after = templated(tokenizer, turns[:i], tools), templated(tokenizer, turns[: i + 1], tools, asks=False)
        if prompt is None or after is None:
            continue
        start = len(prompt) if whole.startswith(prompt) else _start(prompt, whole, turns[:i], tools, tokenizer)
        stop = len(after) if whole.startswith(after) else _stop(after, whole, turn, start)
        if 0 < start < stop:
            yield start, stop


def _start(prompt: str, whole: str, turns: Sequence[Turn], tools: Sequence[Any], tokenizer: Any) -> int:
    """Where an answer begins in `whole`, which goes on otherwise than the `prompt`: behind what both have in
    common, if that is all turns before; 0 where it is not."""
    before = templated(tokenizer, turns, tools, asks=False)
    start = _common(prompt, whole)
    return start if before is not None and start >= len(before) else 0


def _stop(after: str, whole: str, turn: Turn, start: int) -> int:
    """Where an answer ends that stands otherwise at the end of a conversation, with a thought before it: behind the
    same words and what closes them; 0 where these do not follow."""
    said = turn["content"].strip()
    closed = after[after.rfind(said) :] if said else ""
    return start + len(closed) if closed and whole.startswith(closed, start) else 0


def _common(one: str, other: str) -> int:
    """How many signs two texts begin with alike."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _around(whole: str, ranges: Sequence[tuple[int, int]]) -> Iterator[Part]:
    at = 0
    for start, stop in ranges:
        yield whole[at:start], False
        yield whole[start:stop], True
        at = stop
    yield whole[at:], False


def without_special(turns: Sequence[Any], tokenizer: Any, known: Sequence[str] = ()) -> tuple[list[Any], list[str]]:
    """Messages, or tools, with a sign in place of everything that the tokenizer would take for a special token, and
    what that was, by the number in the sign; `known` are those of others before."""
    added = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    special = sorted({*tokenizer.all_special_tokens, *added}, key=lambda token: (-len(token), token))
    pattern, taken = re.compile("|".join([_TAKEN.pattern, *map(re.escape, special)])), list(known)

    def sign(match: re.Match[str]) -> str:
        taken.append(match[0])
        return f"\u2402{len(taken) - 1}\u2403"

    def plain(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(sign, value)
        if isinstance(value, dict):
            return {name: plain(part) for name, part in value.items()}
        return [plain(part) for part in value] if isinstance(value, list) else value

    return [plain(turn) for turn in turns], taken


def _restored_ids(tokenizer: Any, text: str, taken: Sequence[str]) -> list[int]:
    """Tokens of `text`, special ones included, with plain tokens of what was `taken` where its signs stand."""
    ids: list[int] = []
    for i, part in enumerate(_TAKEN.split(text) if taken else [text]):
        ids += plain_ids(tokenizer, [taken[int(part)]])[0] if i % 2 else ids_of(tokenizer, part)
    return ids
