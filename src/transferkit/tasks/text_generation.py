"""Whatever a prompt asks for: instruction tuning on prompts with completions, or on conversations."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from transferkit.data import contents, messages
from transferkit.data.contents import Content
from transferkit.data.conversations import ASSISTANT, WEIGHT, Turn, called, is_answer, prompt, written
from transferkit.data.messages import EXPECTED, OddError
from transferkit.errors import DataError, shown
from transferkit.table import prose, values
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import is_none, missing
from transferkit.tasks import Sign, answered_with_text

_MESSAGES = ("messages", "conversations", "conversation")
_ABOUT = ("input", "context")
_SYSTEM, _TOOLS = ("system", "system_prompt"), ("tools", "functions")
_TOLD = ("prompt", "instruction", "question", "query", "input")
_BESIDE: Mapping[str, tuple[str, ...]] = {"instruction": _ABOUT, "prompt": ("query",)}
"""What is told -> what it may be about, as Alpaca and LLaMA-Factory have it."""
_PROMPT, _ANSWERS = "prompt", ("completion", "chosen")
_GOOD = ("label", "kto_tag")
_PAIR, _OUTPUT = 2, "output"
_SHOWN = 10


def unpacked(rows: Rows) -> Rows:
    """A column of messages as `prompt`, all before the last answer, and `completion`, that answer; columns `system` and
    `tools` beside it (as ShareGPT's have them) belong to it.

    A prompt of one turn is its text, one of several turns or with tools is JSON. Prompts and answers (`completion`,
    `chosen`) that are lists of messages, as TRL has them, become one conversation of which the answer alone is
    learned. Raises `DataError` for what is no conversation. Without messages, an instruction and what it is about
    (Alpaca's input, Dolly's context, LLaMA-Factory's query) are one prompt, after its `system` and the questions and
    answers of its `history`.
    """
    name, answer = _columns_of_messages(rows)
    if name is None and answer is None:
        return _instructed(rows)
    shown_at = name or answer or ""
    parted = [_at(rows, i, shown_at, lambda i: _parted(rows, i, name, answer)) for i in range(len(rows))]
    prompts, answers = [question for question, _ in parted], [said for _, said in parted]
    others = {key: cells for key, cells in rows.columns.items() if key not in (name, answer)}
    return replace(rows, columns={**others, _PROMPT: prompts, answer or _ANSWERS[0]: answers})


def _columns_of_messages(rows: Rows) -> tuple[str | None, str | None]:
    """The column of messages up to an answer or with it, and the column of answers where it is one of its own."""
    whole = next((name for name in _MESSAGES if name in rows), None)
    apart = next((name for name in _ANSWERS if name in rows), None)
    if whole is not None:  # beside it LLaMA-Factory has the answer as one message
        return whole, apart if apart and isinstance(_first(rows, apart), dict) else None
    prompt_column = _PROMPT if _PROMPT in rows else None
    holds = [name for name in (prompt_column, apart) if name and messages.are(_first(rows, name))]
    return (prompt_column, apart) if holds else (None, None)


def _first(rows: Rows, name: str) -> Any:
    return next((cell for cell in rows[name] if not missing(cell)), None)


def _parted(rows: Rows, i: int, name: str | None, answer: str | None) -> tuple[str, str | None]:
    """The prompt and the answer of a row."""
    turns = _turns(rows[name][i], "user" if name == _PROMPT else "") if name else []
    if answer:
        before = [turn | ({WEIGHT: 0} if turn["role"] == ASSISTANT else {}) for turn in turns]
        turns = [*before, *_turns(rows[answer][i], ASSISTANT)]
    system, tools = _beside(rows, i)
    last = turns.pop() if turns and turns[-1]["role"] == ASSISTANT else None
    if turns and turns[0]["role"] != "system":
        turns = [*system, *turns]
    return prompt(turns, tools), (called(last) or None) if last and is_answer(last) else None


def _turns(cell: Any, role: str) -> list[Turn]:
    """The turns of a cell; where there is a `role`, other text is one of it."""
    if role and (missing(cell) or (isinstance(cell, str) and not cell.strip())):
        return []
    if role and isinstance(cell, str) and not messages.are(cell):
        return [{"role": role, "content": cell}]
    return messages.turns(cell)


def noticed(rows: Rows, name: str) -> list[Finding]:
    """What is not read of messages in raw `rows` of the split called `name`, and answers that may be bad ones."""
    of_messages = [key for key in _columns_of_messages(rows) if key]
    fields: dict[str, set[int]] = {}
    for column in of_messages:
        for field, places in messages.fields(rows[column]).items():
            fields.setdefault(field, set()).update(places)
    thoughts = {field: fields.pop(field) for field in messages.THOUGHTS if field in fields}
    handed_on = "handed to chat templates that know it; the last answer is learned without it"
    return [
        *_of_fields(rows, name, thoughts, "message-thoughts", handed_on),
        *_of_fields(rows, name, fields, "message-fields", "not used"),
        *_bad_ones(rows, name),
        *_pairs(rows, name),
    ]


def _of_fields(rows: Rows, name: str, fields: Mapping[str, set[int]], kind: str, action: str) -> list[Finding]:
    if not fields:
        return []
    numbers = tuple(int(rows.numbers[i]) for i in sorted(set().union(*fields.values())))
    listed = ", ".join(map(repr, sorted(fields)[:_SHOWN])) + (" ..." if len(fields) > _SHOWN else "")
    has = prose.verb(len(numbers), "has", "have")
    message = f"{prose.counted(len(numbers))}{prose.of(name)} {has} {listed} in messages ({prose.shown(numbers)})"
    return [Finding(kind, "info", message, numbers, action)]


def _bad_ones(rows: Rows, name: str) -> list[Finding]:
    """Answers that a column of true and false (as TRL's and LLaMA-Factory's for KTO) says are bad."""
    column = next((key for key in _GOOD if key in rows and {type(cell) for cell in rows[key]} == {bool}), None)
    numbers = tuple(int(n) for n, good in zip(rows.numbers, rows[column], strict=True) if not good) if column else ()
    if not numbers:
        return []
    message = f"{prose.counted(len(numbers))}{prose.of(name)} with false in column {column!r} ({prose.shown(numbers)})"
    action = "learned like the others; leave them out if that says that their answers are bad"
    return [Finding("bad-answers", "warning", message, numbers, action)]


def _pairs(rows: Rows, name: str) -> list[Finding]:
    """Two answers to every instruction: of an old form of LLaMA-Factory's, the second is the bad one."""
    cells = [cell for cell in rows.columns.get(_OUTPUT, ()) if not missing(cell)] if "instruction" in rows else []
    lists = [list(cell) if isinstance(cell, list | tuple) else values.written_list(cell) for cell in cells]
    if not lists or any(answers is None or len(answers) != _PAIR for answers in lists):
        return []
    message = f"all rows{prose.of(name)} have two answers in column {_OUTPUT!r}"
    action = "both are learned as right ones; in data for preference learning the second is bad: leave it out then"
    return [Finding("bad-answers", "warning", message, (), action)]


def _instructed(rows: Rows) -> Rows:
    told = next((name for name in _TOLD if name in rows), None)
    about = next((name for name in _BESIDE.get(told or "", ()) if name in rows), None)
    more = any(name in rows for name in (*_SYSTEM, "history", *_TOOLS))
    if told is None or not (more or about):
        return rows
    prompts = [_at(rows, i, told, lambda i: _asked(rows, i, told, about)) for i in range(len(rows))]
    return replace(rows, columns={**rows.columns, _PROMPT: prompts})


def _asked(rows: Rows, i: int, told: str, about: str | None) -> Any:
    """The prompt of a row: its text alone, or with what was said before."""
    question = rows[told][i]
    text = rows[about][i] if about and not is_none(rows[about][i]) else None
    repeats = told == _PROMPT and isinstance(question, str) and isinstance(text, str) and text.strip() in question
    question = f"{question}\n\n{text}" if isinstance(text, str) and text.strip() and not repeats else question
    system, tools = _beside(rows, i)
    before = [turn for pair in _history(rows, i) for turn in pair]
    if not (system or tools or before) or not isinstance(question, str) or not question.strip():
        return question
    return written([*system, *before, {"role": "user", "content": question}], tools)


def _beside(rows: Rows, i: int) -> tuple[list[Turn], list[Any] | None]:
    """The system's turn, if a row has a column with what the system says, and its tools."""
    said = next((rows.columns[name][i] for name in _SYSTEM if name in rows), None)
    tools = next((messages.tools(rows.columns[name][i]) for name in _TOOLS if name in rows), None)
    return [{"role": "system", "content": said}] if isinstance(said, str) and said.strip() and not is_none(
        said
    ) else [], tools


def _history(rows: Rows, i: int) -> list[tuple[Turn, Turn]]:
    history = messages.listed(rows.columns["history"][i], "history") if "history" in rows else None
    pairs = [pair for pair in history or [] if isinstance(pair, list | tuple) and len(pair) == _PAIR]
    if len(pairs) < len(history or []) or not all(isinstance(text, str) for pair in pairs for text in pair):
        raise OddError(f"expected a history of pairs of question and answer, found {shown(history, 60)}")
    return [({"role": "user", "content": question}, {"role": ASSISTANT, "content": said}) for question, said in pairs]


def _at(rows: Rows, i: int, column: str, read: Callable[[int], Any]) -> Any:
    where = f"{f'{rows.source}: ' if rows.source else ''}row {rows.numbers[i]}"
    try:
        return read(i)
    except OddError as error:
        raise DataError(f"{where}, column {column!r}: {error}; fix that row") from None
    except (TypeError, ValueError, KeyError, AttributeError):
        raise DataError(
            f"{where}, column {column!r}: {EXPECTED}, found {shown(rows[column][i], 80)}; fix that row"
        ) from None


_ANSWER = {"prompt": ("completion", "chosen", "response"), "instruction": ("output", "response", "completion")}


def _recognised(rows: Rows, asked: Mapping[str, str]) -> Sign | None:
    """Conversations, or prompts and instructions beside the texts that answer them."""
    name = next((name for name in _MESSAGES if name in rows), None)
    if name is not None and messages.are(_first(rows, name)):
        return Sign(f"column {shown(name, 60)} has conversations", True)
    for told, answers in _ANSWER.items():
        answer = next((name for name in answers if name in rows), None)
        if told in rows and answer and contents.of(rows, answer).content in (Content.TEXTS, Content.LISTS):
            return Sign(
                f"columns {shown(told, 60)} and {shown(answer, 60)} are what is asked and what is answered", True
            )
    return None


TASK = replace(
    answered_with_text(
        "text-generation",
        target="completion",
        usual={
            "text": (*_TOLD, "text"),
            "completion": ("completion", "response", "answer", "output", "target"),
        },
        metrics=("token_f1", "exact_match", "rouge_l", "chrf"),
        instruction="",
    ),
    conversations=True,
    unpacks=(*_MESSAGES, *_TOLD, *_ABOUT, *_SYSTEM, *_ANSWERS, "history", *_TOOLS),
    unpack=unpacked,
    notices=noticed,
    recognised=_recognised,
)
