"""What annotation tools export: Prodigy and Label Studio."""

import json

from situations import CHINESE, LABELS, Situation, labelled, lines

_GIVEN = labelled(CHINESE)
_JUDGED = {text: ("accept", "reject", "accept", "accept", "ignore", "accept")[i] for i, text in enumerate(CHINESE)}
_ACCEPTED = {text: label for text, label in _GIVEN.items() if _JUDGED[text] == "accept"}
_LEFT = r"2 rows were rejected or ignored by the annotator \(rows 2, 5\): label not read"
_OPTIONS = [{"id": label, "text": label} for label in ("好评", "差评")]
_CHOSEN = [
    {"text": text, "options": _OPTIONS, "accept": [label], "answer": _JUDGED[text]} for text, label in _GIVEN.items()
]


def _studio(data: dict[str, str], **chosen: str) -> dict[str, object]:
    """A task of Label Studio with a choice for every control."""
    result = [
        {"type": "choices", "from_name": name, "to_name": "text", "value": {"choices": [label]}}
        for name, label in chosen.items()
    ]
    return {"data": data, "annotations": [{"result": result}]}


SITUATIONS = (
    Situation(
        "Prodigy's labels, some of them rejected",
        {"rows.jsonl": lines([{"text": t, "label": x, "answer": _JUDGED[t]} for t, x in _GIVEN.items()])},
        gives=_ACCEPTED,
        says=_LEFT,
    ),
    Situation(
        "what Prodigy's annotator answered as the label",
        {"rows.jsonl": lines([{"text": t, "label": "差评", "answer": _JUDGED[t]} for t in _GIVEN])},
        asked={"label": "answer"},
        gives=_JUDGED,
    ),
    Situation("Prodigy's choices", {"rows.jsonl": lines(_CHOSEN)}, gives=_ACCEPTED, says=_LEFT),
    Situation(
        "Prodigy's choices of several",
        {"rows.jsonl": lines([row | {"accept": [*row["accept"], "新"]} for row in _CHOSEN])},
        LABELS,
        gives={text: sorted([label, "新"]) for text, label in _ACCEPTED.items()},
        says=_LEFT,
    ),
    Situation(
        "Label Studio's choices beside an old label",
        {"rows.json": json.dumps([_studio({"text": t, "label": "old"}, choice=x) for t, x in _GIVEN.items()])},
        gives=_GIVEN,
        says="tasks have 'label' in their data .*: the annotations are read; --label data.label names the other",
    ),
    Situation(
        "Label Studio's old label by its name",
        {"rows.json": json.dumps([_studio({"text": t, "label": x}, choice="new") for t, x in _GIVEN.items()])},
        asked={"label": "data.label"},
        gives=_GIVEN,
    ),
    Situation(
        "two choices of Label Studio",
        {"rows.json": json.dumps([_studio({"text": t}, topic=x, mood="z") for t, x in _GIVEN.items()])},
        gives=_GIVEN,
        says="annotated with 'mood' and 'topic', a column each: name the one to be learned with --label",
    ),
)
