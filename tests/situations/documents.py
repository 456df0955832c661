"""JSON in the layouts in which it is published, and conversations."""

import json

from situations import CHINESE, ENGLISH, WRITING, Situation, labelled, lines

_ROWS = labelled(ENGLISH, ("good", "bad"))
_LIST = [{"text": text, "label": label} for text, label in _ROWS.items()]
_TURNS = list(zip(CHINESE, ENGLISH, strict=True))


def _read(name: str, content: object, indent: int | None = None) -> Situation:
    return Situation(name, {"rows.json": json.dumps(content, ensure_ascii=False, indent=indent)}, gives=_ROWS)


def _written(name: str, rows: list[dict[str, object]], says: str = "", refused: str = "") -> Situation:
    gives = dict(_TURNS) if not refused else None
    return Situation(
        name, {"rows.json": json.dumps(rows, ensure_ascii=False)}, WRITING, gives=gives, says=says, refused=refused
    )


def _messages(asked: str, answered: str) -> list[dict[str, object]]:
    return [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]


_UNLEARNED = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "no", "weight": 0}]

SITUATIONS = (
    _read("an array", _LIST),
    _read("an array, pretty-printed", _LIST, 2),
    _read("an array under a key", {"version": "1.0", "data": _LIST}),
    _read("columns", {"text": list(_ROWS), "label": list(_ROWS.values())}),
    Situation("lines under the name of a document", {"rows.json": lines(_LIST)}, gives=_ROWS),
    Situation(
        "an array under the name of lines",
        {"rows.jsonl": json.dumps(_LIST)},
        refused="found a JSON document; call it .json",
    ),
    Situation("a line that ends too early", {"rows.jsonl": lines(_LIST)[:-4]}, refused="line 6|row 6"),
    Situation("a document that ends too early", {"rows.json": json.dumps(_LIST, indent=2)[:-9]}, refused="JSON"),
    _written("Alpaca", [{"instruction": a, "input": "", "output": b} for a, b in _TURNS]),
    _written(
        "ShareGPT",
        [{"conversations": [{"from": "human", "value": a}, {"from": "gpt", "value": b}]} for a, b in _TURNS],
    ),
    _written("messages", [{"messages": _messages(a, b)} for a, b in _TURNS]),
    _written(
        "prompts and completions as lists of messages",
        [{"prompt": _messages(a, b)[:1], "completion": _messages(a, b)[1:]} for a, b in _TURNS],
    ),
    _written(
        "a last turn of the user",
        [{"messages": [*_messages(a, b), {"role": "user", "content": "?"}]} for a, b in _TURNS],
        says="turns after the last answer to learn.*not used",
    ),
    Situation(
        "an answer of weight 0 is not learned",
        {"rows.json": json.dumps([{"messages": [*_UNLEARNED, *_messages(a, b)]} for a, b in _TURNS])},
        WRITING,
        gives={json.dumps([*_UNLEARNED, *_messages(a, b)[:1]], ensure_ascii=False): b for a, b in _TURNS},
    ),
    _written(
        "preferences",
        [{"prompt": a, "chosen": b, "rejected": "no"} for a, b in _TURNS],
        refused="chosen|rejected|prefer",
    ),
)
