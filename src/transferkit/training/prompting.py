"""Texts as a generative model is asked about them: in its chat template, or with an instruction before the text.

Nothing that stands in rows is taken for a special token: neither texts, examples and answers nor any part of a message.
The instruction is taken as it stands, since whoever runs the model may want one (`<2fr>`).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from jinja2 import TemplateError

from transferkit.data.rows import Rows
from transferkit.errors import ConfigError, DataError
from transferkit.tasks import Task
from transferkit.training.tokenizing import alone_with, ready

Ints = npt.NDArray[np.int64]
Shot = tuple[str, str]
"""An example: a text and its answer."""

_MARK, _ANSWER = "\u2402text\u2403", "\u2402answer\u2403"  # signs that no template has
_TAKEN = re.compile("\u2402(\\d+)\u2403")  # stands for what would be a special token
_GAP = "\n\n"
_LEAST_ROOM = 8
_SAID = ("role", "content")


@dataclass(frozen=True)
class Frame:
    """The tokens that stand around every text, `before` and `after`; the model's answer follows, up to `end`.

    `again` stands between an answer and the next text, where a prompt holds examples. `start` is what the decoder
    of an encoder-decoder begins with; None for decoders. With `talks` a text may be a JSON list of messages.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    end: int
    again: tuple[int, ...] = ()
    start: int | None = None
    talks: bool = False


@dataclass(frozen=True)
class Prompts:
    """Token ids of what a model is asked, a row each; `full_lengths` counts tokens before texts were cut, and `cut`
    are the positions of those that were."""

    ids: tuple[Ints, ...]
    full_lengths: Ints
    cut: tuple[int, ...] = ()


@dataclass(frozen=True)
class Shots:
    """Examples to be shown for every row, the nearest last: at most `room` tokens of each, and as many of a row's last
    ones as leave its prompt with `whole` tokens at most."""

    rows: Sequence[Sequence[Shot]]
    room: int
    whole: int


def frame(tokenizer: Any, config: Any, task: Task, instruction: str | None) -> Frame:
    """How a model with this tokenizer and configuration is asked.

    Decoders with a chat template get the instruction (default: the task's) as the system's turn and the text as the
    user's, or both as the user's where the template knows no system; other decoders get both with empty lines
    between. Encoder-decoders get the instruction and a colon before the text (Raffel et al. 2020), by default
    what their configuration says for the task, if anything.
    """
    if config.is_encoder_decoder:
        params = (getattr(config, "task_specific_params", None) or {}).get(task.name, {})
        told = params.get("prefix", "") if instruction is None else f"{instruction.rstrip('.:')}: " * bool(instruction)
        before, after = _special(tokenizer)
        if config.decoder_start_token_id is None:
            raise ConfigError("config.json has no decoder_start_token_id, with which a decoder begins; set it there")
        whole = (*before, *_ids(tokenizer, told))
        return Frame(whole, after, tokenizer.eos_token_id, start=config.decoder_start_token_id)
    told = task.instruction if instruction is None else instruction
    if tokenizer.chat_template:
        return replace(_of_chat(tokenizer, told), talks=task.conversations)
    before, after = _special(tokenizer)
    end = tokenizer.eos_token_id
    after = tuple(token for token in after if token != end)
    gap = _ids(tokenizer, _GAP)
    whole = (*before, *_ids(tokenizer, told + _GAP if told else ""))
    return Frame(whole, (*after, *gap), end, gap, talks=task.conversations)


def _special(tokenizer: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The special tokens that a tokenizer puts before and after a text."""
    plain, whole = _ids(tokenizer, "x"), tuple(tokenizer("x")["input_ids"])
    start = next(i for i in range(len(whole)) if whole[i : i + len(plain)] == plain)
    return whole[:start], whole[start + len(plain) :]


def _of_chat(tokenizer: Any, told: str) -> Frame:
    turns = [{"role": "system", "content": told}] * bool(told) + [{"role": "user", "content": _MARK}]
    asked = _templated(tokenizer, turns)
    if asked is None or told not in asked:  # some templates refuse a system's turn, others leave it out
        turns = [{"role": "user", "content": f"{told}{_GAP}{_MARK}"}]
        asked = _templated(tokenizer, turns)
    if asked is None:
        raise ConfigError("the tokenizer's chat template takes no user's turn; choose another model")
    said = [*turns, {"role": "assistant", "content": _ANSWER}]
    answered = tokenizer.apply_chat_template(said, tokenize=False)
    continued = tokenizer.apply_chat_template([*said, {"role": "user", "content": _MARK}], tokenize=False)
    before, _, after = asked.partition(_MARK)
    closing = _ids(tokenizer, answered.partition(_ANSWER)[2])
    again = _ids(tokenizer, continued.partition(_ANSWER)[2].partition(_MARK)[0])
    special = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
    end = next((token for token in closing if token in special), tokenizer.eos_token_id)
    return Frame(_ids(tokenizer, before), _ids(tokenizer, after), int(end), again)


def _templated(tokenizer: Any, turns: Sequence[dict[str, str]]) -> str | None:
    """A conversation in the tokenizer's template, up to where the model is to answer; None where it refuses it."""
    try:
        # Models that think aloud before they answer are not asked to: their answers are to be compared.
        text: str = tokenizer.apply_chat_template(
            list(turns), tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
    except TemplateError:
        return None
    return text


def _ids(tokenizer: Any, text: str) -> tuple[int, ...]:
    if not text:
        return ()
    with alone_with(tokenizer):
        return tuple(ready(tokenizer)(text, add_special_tokens=False)["input_ids"])


def prompts(
    rows: Rows,
    tokenizer: Any,
    asked: Frame,
    max_length: int,
    shots: Shots | None = None,
) -> Prompts:
    """What a model is asked about every row, at most `max_length` tokens each, not counting examples.

    Only the text is cut, never what stands around it; of a pair it is the second text, which is put first, for the
    question to stand next to its answer; a question of more than half of the room is cut too where the text needs the
    rest. `shots` are shown before the texts. Raises `ConfigError` where nothing of a text would be left.
    """
    inputs = rows.inputs()
    if not inputs:
        return Prompts((), np.array([], dtype=np.int64))
    talks = {i: turns for i, (text, _) in enumerate(inputs) if asked.talks and (turns := _conversation(text))}
    bodies = _plain_ids(tokenizer, [text if pair is None else pair for text, pair in inputs])
    ends = _plain_ids(tokenizer, ["" if pair is None else _GAP + text for text, pair in inputs])
    around = len(asked.before) + len(asked.after)
    full = [around + len(body) + len(end) for body, end in zip(bodies, ends, strict=True)]
    if max_length - around < _LEAST_ROOM:
        raise ConfigError(
            f"max_length {max_length}: instruction and template alone take {around} tokens; "
            f"expected at least {_LEAST_ROOM} more for the text"
        )
    room = max_length - around
    ends = [end[: max(room // 2, room - len(body))] for body, end in zip(bodies, ends, strict=True)]
    rooms = [room - len(end) for end in ends]
    lengths = [min(length, max_length) for length in full]
    shown = _shown(shots, tokenizer, asked, lengths) if shots else [()] * len(rows)
    ids = [
        np.array([*asked.before, *first, *body[:most], *end, *asked.after], dtype=np.int64)
        for first, body, end, most in zip(shown, bodies, ends, rooms, strict=True)
    ]
    for i, turns in talks.items():
        ids[i], full[i] = _asked_last(turns, tokenizer, asked, max_length, int(rows.numbers[i]))
    lost = np.flatnonzero(np.array(full) > max_length)
    return Prompts(tuple(ids), np.array(full, dtype=np.int64), tuple(lost.tolist()))


def _conversation(text: str) -> list[dict[str, str]] | None:
    """The turns of a text that is a JSON list of messages."""
    if not text.startswith('[{"role"'):
        return None
    try:
        turns = json.loads(text)
    except ValueError:
        return None
    fine = all(isinstance(turn, dict) and all(isinstance(turn.get(k), str) for k in _SAID) for turn in turns)
    return turns if fine else None


def _asked_last(
    turns: Sequence[dict[str, str]], tokenizer: Any, asked: Frame, max_length: int, number: int
) -> tuple[Ints, int]:
    """A conversation up to where the model is to answer, and its length uncut. Where it is too long, its oldest turns
    are left out, but not the system's; then the beginning of what is left."""
    full = 0
    turns, taken = _without_special(turns, tokenizer)
    system = [turn for turn in turns[:1] if turn["role"] == "system"]
    rest = list(turns[len(system) :])
    while True:
        if tokenizer.chat_template:
            text = _templated(tokenizer, [*system, *rest])
            if text is None and system and rest:  # no turn of the system's in this template
                first = f"{system[0]['content']}{_GAP}{rest[0]['content']}"
                text = _templated(tokenizer, [{**rest[0], "content": first}, *rest[1:]])
            if text is None:
                raise DataError(
                    f"row {number}: the model's chat template refuses this conversation; expected turns of user and "
                    "assistant by turns, the user's first and last; mend that row"
                )
            ids = _restored_ids(tokenizer, text, taken)
        else:
            said = _GAP.join(turn["content"] for turn in (*system, *rest))
            ids = [*asked.before, *_restored_ids(tokenizer, said, taken), *asked.after]
        full = full or len(ids)
        if len(ids) <= max_length or len(rest) < 2:
            return np.array(ids[-max_length:], dtype=np.int64), full
        rest = rest[2:] if len(rest) > 2 else rest[1:]


def _without_special(turns: Sequence[dict[str, Any]], tokenizer: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """Messages with a sign in place of everything that the tokenizer would take for a special token, and what that was,
    by the number in the sign."""
    added = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    special = sorted({*tokenizer.all_special_tokens, *added}, key=lambda token: (-len(token), token))
    pattern, taken = re.compile("|".join([_TAKEN.pattern, *map(re.escape, special)])), []

    def sign(found: re.Match[str]) -> str:
        taken.append(found[0])
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
        ids += _plain_ids(tokenizer, [taken[int(part)]])[0] if i % 2 else _ids(tokenizer, part)
    return ids


def _shown(shots: Shots, tokenizer: Any, asked: Frame, lengths: Sequence[int]) -> list[tuple[int, ...]]:
    """The tokens of examples, as far as the next text; one that has no room beside its answer is left out. `lengths`
    are those of prompts without examples."""
    room = shots.room
    different = list(dict.fromkeys(shot for row in shots.rows for shot in row))
    texts = _plain_ids(tokenizer, [text for text, _ in different])
    answers = _plain_ids(tokenizer, [answer for _, answer in different])
    tokens = {
        shot: (*text[: room - len(answer)], *asked.after, *answer, *asked.again)
        for shot, text, answer in zip(different, texts, answers, strict=True)
        if room - len(answer) >= _LEAST_ROOM
    }
    each = ([tokens.get(shot, ()) for shot in row] for row in shots.rows)
    return [_last(row, shots.whole - length) for row, length in zip(each, lengths, strict=True)]


def _last(examples: Sequence[tuple[int, ...]], room: int) -> tuple[int, ...]:
    """As many of the last of `examples` as fit."""
    sizes = np.cumsum([len(example) for example in reversed(examples)])
    count = int(np.searchsorted(sizes, room, side="right"))
    return tuple(token for example in examples[len(examples) - count :] for token in example)


def completions(texts: Sequence[str], tokenizer: Any, asked: Frame, longest: int | None = None) -> list[Ints]:
    """The tokens of answers as a model is to write them, the end included; at most `longest`."""
    if not texts:
        return []
    if asked.start is None:
        found = [[*ids, asked.end] for ids in _plain_ids(tokenizer, texts)]
    else:
        with alone_with(tokenizer):
            asked_for = ready(tokenizer)(text_target=list(texts), split_special_tokens=True, verbose=False)
        found = asked_for["input_ids"]
    return [np.array(ids[:longest], dtype=np.int64) for ids in found]


def _plain_ids(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """Tokens of texts in which nothing, whatever is written there, is taken for a special token."""
    with alone_with(tokenizer):
        found = ready(tokenizer)(list(texts), add_special_tokens=False, split_special_tokens=True, verbose=False)
    ids: list[list[int]] = found["input_ids"]
    return ids
