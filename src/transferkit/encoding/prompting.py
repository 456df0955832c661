"""Texts as a generative model is asked about them: in its chat template, or with an instruction before the text.

Nothing that stands in rows is taken for a special token: neither texts, examples and answers nor any part of a message.
The instruction is taken as it stands, since whoever runs the model may want one (`<2fr>`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from transferkit.arrays import Ints
from transferkit.data import conversations
from transferkit.encoding import conversing
from transferkit.encoding.templating import GAP, Frame, ids_of, plain_ids, templated
from transferkit.encoding.tokenizing import alone_with, ready
from transferkit.errors import ConfigError
from transferkit.table.rows import Rows
from transferkit.tasks import Task

Shot = tuple[str, str]
"""An example: a text and its answer."""

_MARK, _ANSWER = "\u2402text\u2403", "\u2402answer\u2403"  # signs that no template has
_LEAST_ROOM = 8


@dataclass(frozen=True)
class Prompts:
    """Token ids of what a model is asked, a row each; `full_lengths` counts tokens before texts were cut, and `cut`
    are the positions of those that were. `answers` are, by the position of a row, the positions of the tokens of
    earlier answers in a conversation, with their ends."""

    ids: tuple[Ints, ...]
    full_lengths: Ints
    cut: tuple[int, ...] = ()
    answers: Mapping[int, Ints] = field(default_factory=dict)


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
        whole = (*before, *ids_of(tokenizer, told))
        return Frame(
            whole, after, tokenizer.eos_token_id, start=config.decoder_start_token_id, talks=task.conversations
        )
    told = task.instruction if instruction is None else instruction
    if tokenizer.chat_template:
        return replace(_of_chat(tokenizer, told), talks=task.conversations)
    before, after = _special(tokenizer)
    end = tokenizer.eos_token_id
    after = tuple(token for token in after if token != end)
    gap = ids_of(tokenizer, GAP)
    whole = (*before, *ids_of(tokenizer, told + GAP if told else ""))
    return Frame(whole, (*after, *gap), end, gap, talks=task.conversations)


def _special(tokenizer: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The special tokens that a tokenizer puts before and after a text."""
    plain, whole = ids_of(tokenizer, "x"), tuple(tokenizer("x")["input_ids"])
    start = next(i for i in range(len(whole)) if whole[i : i + len(plain)] == plain)
    return whole[:start], whole[start + len(plain) :]


def _of_chat(tokenizer: Any, told: str) -> Frame:
    turns = [{"role": "system", "content": told}] * bool(told) + [{"role": "user", "content": _MARK}]
    prompt = templated(tokenizer, turns)
    if prompt is None or told not in prompt:  # some templates refuse a system's turn, others leave it out
        turns = [{"role": "user", "content": f"{told}{GAP}{_MARK}"}]
        prompt = templated(tokenizer, turns)
    if prompt is None:
        raise ConfigError("the tokenizer's chat template takes no user's turn; choose another model")
    said = [*turns, {"role": "assistant", "content": _ANSWER}]
    answered = tokenizer.apply_chat_template(said, tokenize=False)
    continued = tokenizer.apply_chat_template([*said, {"role": "user", "content": _MARK}], tokenize=False)
    before, _, after = prompt.partition(_MARK)
    closing = ids_of(tokenizer, answered.partition(_ANSWER)[2])
    again = ids_of(tokenizer, continued.partition(_ANSWER)[2].partition(_MARK)[0])
    special = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
    end = next((token for token in closing if token in special), tokenizer.eos_token_id)
    return Frame(ids_of(tokenizer, before), ids_of(tokenizer, after), int(end), again)


def prompts(
    rows: Rows,
    tokenizer: Any,
    framing: Frame,
    max_length: int,
    shots: Shots | None = None,
) -> Prompts:
    """What a model is asked about every row, at most `max_length` tokens each, not counting examples.

    Only the text is cut, never what stands around it. Of a text to work on that is its end. Of a prompt that says
    itself what to do it is the middle, since what is asked stands at its beginning or at its end. Of a pair it is the
    second text, which is put first, for the question to stand next to its answer; a question of more than half of the
    room is cut too where the text needs the rest. `shots` are shown before the texts. Raises `ConfigError` where
    nothing of a text would be left.
    """
    inputs = rows.inputs()
    if not inputs:
        return Prompts((), np.array([], dtype=np.int64))
    talks = {i: talk for i, (text, _) in enumerate(inputs) if framing.talks and (talk := conversations.parsed(text))}
    bodies = plain_ids(tokenizer, [text if pair is None else pair for text, pair in inputs])
    ends = plain_ids(tokenizer, ["" if pair is None else GAP + text for text, pair in inputs])
    around = len(framing.before) + len(framing.after)
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
    shown = _shown(shots, tokenizer, framing, lengths) if shots else [()] * len(rows)
    ids = [
        np.array([*framing.before, *first, *_cut(body, most, framing.talks), *end, *framing.after], dtype=np.int64)
        for first, body, end, most in zip(shown, bodies, ends, rooms, strict=True)
    ]
    earlier = {}
    for i, talk in talks.items():
        ids[i], full[i], earlier[i] = conversing.asked_last(talk, tokenizer, framing, max_length, int(rows.numbers[i]))
    lost = np.flatnonzero(np.array(full) > max_length)
    return Prompts(tuple(ids), np.array(full, dtype=np.int64), tuple(lost.tolist()), earlier)


def _cut(body: Sequence[int], most: int, keeps_ends: bool) -> Sequence[int]:
    """At most `most` tokens of a text: its beginning, or both of its ends."""
    if len(body) <= most or not keeps_ends:
        return body[:most]
    return [*body[: most - most // 2], *body[len(body) - most // 2 :]]


def _shown(shots: Shots, tokenizer: Any, framing: Frame, lengths: Sequence[int]) -> list[tuple[int, ...]]:
    """The tokens of examples, as far as the next text; one that has no room beside its answer is left out. `lengths`
    are those of prompts without examples."""
    room = shots.room
    different = list(dict.fromkeys(shot for row in shots.rows for shot in row))
    texts = plain_ids(tokenizer, [text for text, _ in different])
    answers = plain_ids(tokenizer, [answer for _, answer in different])
    tokens = {
        shot: (*text[: room - len(answer)], *framing.after, *answer, *framing.again)
        for shot, text, answer in zip(different, texts, answers, strict=True)
        if room - len(answer) >= _LEAST_ROOM
    }
    examples = ([tokens.get(shot, ()) for shot in row] for row in shots.rows)
    return [_last(row, shots.whole - length) for row, length in zip(examples, lengths, strict=True)]


def _last(examples: Sequence[tuple[int, ...]], room: int) -> tuple[int, ...]:
    """As many of the last of `examples` as fit."""
    sizes = np.cumsum([len(example) for example in reversed(examples)])
    count = int(np.searchsorted(sizes, room, side="right"))
    return tuple(token for example in examples[len(examples) - count :] for token in example)


def completions(texts: Sequence[str], tokenizer: Any, framing: Frame, longest: int | None = None) -> list[Ints]:
    """The tokens of answers as a model is to write them, the end included; at most `longest`."""
    if not texts:
        return []
    if framing.start is None:
        answers = [[*ids, framing.end] for ids in plain_ids(tokenizer, texts)]
    else:
        with alone_with(tokenizer):
            asked_for = ready(tokenizer)(text_target=list(texts), split_special_tokens=True, verbose=False)
        answers = asked_for["input_ids"]
    return [np.array(ids[:longest], dtype=np.int64) for ids in answers]
