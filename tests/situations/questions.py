"""Questions, contexts and the places of answers."""

import json
from collections.abc import Callable

import numpy as np

from situations import CHINESE, QUESTIONS, Situation, lines

_CONTEXTS = tuple(f"{text}。地点是北京路{i}号。" for i, text in enumerate(CHINESE))
_ANSWERS = tuple(f"北京路{i}号" for i in range(len(CHINESE)))
_ASKED = tuple(f"地点{i}在哪里？" for i in range(len(CHINESE)))
_PLACES = [context.index(answer) for context, answer in zip(_CONTEXTS, _ANSWERS, strict=True)]
_FOUND = list(zip(_ASKED, _CONTEXTS, _ANSWERS, _PLACES, strict=True))
_GIVES = {(question, context): f"{answer}@{place}" for question, context, answer, place in _FOUND}
_HUB = [
    {"id": str(i), "question": q, "context": c, "answers": {"text": [a], "answer_start": [p]}}
    for i, (q, c, a, p) in enumerate(_FOUND)
]


def _squad(none: bool = False, shift: int = 0) -> str:
    paragraphs = []
    for row in _HUB:
        [answer], [start] = row["answers"]["text"], row["answers"]["answer_start"]
        asked = {
            "id": row["id"],
            "question": row["question"],
            "answers": [{"text": answer, "answer_start": start + shift}],
        }
        empty = {"id": f"{row['id']}x", "question": f"{row['question']}?", "answers": [], "is_impossible": True}
        paragraphs.append({"context": row["context"], "qas": [asked, empty] if none else [asked]})
    return json.dumps({"version": "v2.0", "data": [{"title": "t", "paragraphs": paragraphs}]}, ensure_ascii=False)


def _row(question: str, context: str, answer: str) -> dict[str, str]:
    return {"question": question, "context": context, "answer": answer.partition("@")[0]}


_PLAIN = [{"question": q, "context": c, "answer": a} for q, c, a, _ in _FOUND]
_PRINTED = "question,context,answers\n" + "".join(
    '{question},{context},"{answers}"\n'.format(
        question=row["question"],
        context=row["context"],
        answers=str(
            {
                "text": np.array(row["answers"]["text"], dtype=object),
                "answer_start": np.array(row["answers"]["answer_start"]),
            }
        ).replace('"', '""'),
    )
    for row in _HUB
)
_CMRC = [
    {
        "context_id": f"DEV_{i}",
        "context_text": c,
        "qas": [{"query_text": q, "query_id": f"DEV_{i}_0", "answers": [a]}],
    }
    for i, (q, c, a, _) in enumerate(_FOUND)
]
_TWICE = [(q, f"{a}。{c}", a, p + len(a) + 1) for q, c, a, p in _FOUND]
"""Answers of which the second occurrence is meant."""
_GIVES_TWICE = {(q, c): f"{a}@{p}" for q, c, a, p in _TWICE}


def _articles(*of: str) -> list[dict[str, object]]:
    """SQuAD's articles of one context each, with the keys `of` an answer."""
    made = []
    for question, context, answer, start in _FOUND:
        whole = {"text": answer, "answer_start": start}
        answers = [{key: whole[key] for key in of}]
        made.append(
            {"title": "t", "paragraphs": [{"context": context, "qas": [{"question": question, "answers": answers}]}]}
        )
    return made


def _one_article(write: Callable[[str, int], object]) -> str:
    paragraphs = [{"context": c, "qas": [{"question": q, "answers": write(a, p)}]} for q, c, a, p in _FOUND]
    return json.dumps({"title": "t", "paragraphs": paragraphs}, ensure_ascii=False)


_WORDS = {
    ("When?", "In 1952 there were 5 dogs, later 15"): "5@19",
    ("How?", "Paris is big"): "is@6",
    ("Where?", "2015年北京5月"): "北京@5",
    ("From where?", "서울에서 부산까지"): "서울@0",
    ("Did he?", "He took notes and knew no one"): "no@23",
}
_INSIDE = ("Was it?", "I know what you mean")

SITUATIONS = (
    Situation("SQuAD's own file", {"rows.json": _squad()}, QUESTIONS, gives=_GIVES),
    Situation("CMRC's own file", {"rows.json": json.dumps(_CMRC)}, QUESTIONS, gives=_GIVES),
    Situation(
        "CMRC's own file without a question",
        {"rows.json": json.dumps([*_CMRC, {"context_text": "x", "qas": [{}]}])},
        QUESTIONS,
        refused=f"context {len(_CMRC) + 1} is not as CMRC has it",
    ),
    Situation(
        "SQuAD 2, with questions that have no answer",
        {"rows.json": _squad(none=True)},
        QUESTIONS,
        gives=_GIVES | {(f"{q}?", c): "" for q, c in _GIVES},
    ),
    Situation("the hub's rows", {"rows.jsonl": lines(_HUB)}, QUESTIONS, gives=_GIVES),
    Situation("the hub's rows as pandas writes them", {"rows.csv": _PRINTED}, QUESTIONS, gives=_GIVES),
    Situation("an answer as text alone", {"rows.jsonl": lines(_PLAIN)}, QUESTIONS, gives=_GIVES),
    Situation(
        "answers without a place are words of their own, not parts of others",
        {"rows.jsonl": lines([_row(*pair, answer) for pair, answer in _WORDS.items()])},
        QUESTIONS,
        gives=_WORDS,
    ),
    Situation(
        "yes and no are no words of the context",
        {"rows.jsonl": lines([*(_row(*pair, answer) for pair, answer in _WORDS.items()), _row(*_INSIDE, "no")])},
        QUESTIONS,
        gives=_WORDS | {_INSIDE: "no@3"},
        says="1 row has an answer .* stands only inside a longer word, such as 'no' in 'know'",
    ),
    Situation(
        "places that are off by three",
        {"rows.json": _squad(shift=-3)},
        QUESTIONS,
        gives=_GIVES,
        says="begins elsewhere",
    ),
    Situation(
        "answers that are not in their contexts",
        {"rows.jsonl": lines([row | {"answer": "上海"} for row in _PLAIN])},
        QUESTIONS,
        refused="context",
    ),
    Situation(
        "no context",
        {"rows.jsonl": lines([{"question": q, "answer": a} for q, _, a, _ in _FOUND])},
        QUESTIONS,
        refused="context",
    ),
    Situation(
        "answers of bytes",
        {
            "rows.jsonl": lines(
                [
                    row
                    | {
                        "answers": {
                            "text": row["answers"]["text"],
                            "answer_start": [len(row["context"][: row["answers"]["answer_start"][0]].encode())],
                        }
                    }
                    for row in _HUB
                ]
            )
        },
        QUESTIONS,
        gives=_GIVES,
        says="begins elsewhere",
    ),
    Situation(
        "answers and their starts as columns of a table",
        {"rows.csv": "question,context,answer,answer_start\n" + "".join(f"{q},{c},{a},{p}\n" for q, c, a, p in _TWICE)},
        QUESTIONS,
        gives=_GIVES_TWICE,
    ),
    Situation(
        "answers with text and start",
        {
            "rows.jsonl": lines(
                [{"question": q, "context": c, "answers": [{"text": a, "start": p}]} for q, c, a, p in _TWICE]
            )
        },
        QUESTIONS,
        gives=_GIVES_TWICE,
    ),
    Situation(
        "lists of answers and of answer_starts, as PaddleNLP has them",
        {
            "rows.jsonl": lines(
                [{"question": q, "context": c, "answers": [a], "answer_starts": [p]} for q, c, a, p in _TWICE]
            )
        },
        QUESTIONS,
        gives=_GIVES_TWICE,
    ),
    Situation(
        "SQuAD's list of articles",
        {"rows.json": json.dumps(_articles("text", "answer_start"), ensure_ascii=False)},
        QUESTIONS,
        gives=_GIVES,
    ),
    Situation(
        "an article of SQuAD's alone",
        {"rows.json": _one_article(lambda a, p: [{"text": a, "answer_start": p}])},
        QUESTIONS,
        gives=_GIVES,
    ),
    Situation(
        "SQuAD's answers as a mapping",
        {"rows.json": _one_article(lambda a, p: {"text": a, "answer_start": p})},
        QUESTIONS,
        gives=_GIVES,
    ),
    Situation(
        "SQuAD without starts",
        {"rows.json": json.dumps({"data": _articles("text")}, ensure_ascii=False)},
        QUESTIONS,
        gives=_GIVES,
        says="without their place: looked up in the context",
    ),
)
