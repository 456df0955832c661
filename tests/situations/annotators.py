"""What annotation tools export: Prodigy and Label Studio."""

from situations import CHINESE, LABELS, Situation, labelled, lines

_GIVEN = labelled(CHINESE)
_JUDGED = {text: ("accept", "reject", "accept", "accept", "ignore", "accept")[i] for i, text in enumerate(CHINESE)}
_ACCEPTED = {text: label for text, label in _GIVEN.items() if _JUDGED[text] == "accept"}
_LEFT = r"2 rows were rejected or ignored by the annotator \(rows 2, 5\): label not read"
_OPTIONS = [{"id": label, "text": label} for label in ("好评", "差评")]
_CHOSEN = [
    {"text": text, "options": _OPTIONS, "accept": [label], "answer": _JUDGED[text]} for text, label in _GIVEN.items()
]

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
)
