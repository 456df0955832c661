"""Exports of help desks, surveys, forums and chats."""

import json

from exports import ROWS, Export, chinese, dates, texts, turns

_WORDS = [text.split() for text in texts(40)]
_TAGS = [["B-OBJ" if i == 1 else "O" for i in range(len(words))] for words in _WORDS]
_MARKED = [f"{text} ok" for text in texts(40)]


def _lines(columns: dict[str, list[object]]) -> bytes:
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


EXPORTS = (
    Export(
        "tickets with a subject and a body: the body is the text",
        {
            "Ticket-ID": [f"TCK-{i:04}" for i in range(ROWS)],
            "Erstellt am": dates(form="{d:02}.{m:02}.{y} 08:15"),
            "Subject": [f"Question {i * 7}" for i in range(ROWS)],
            "Body": texts(),
            "Queue": turns(("Billing", "Returns", "Other")),
        },
        {"text": "Body", "label": "Queue"},
        {"text": "by its name", "label": "by its content"},
    ),
    Export(
        "tickets of two long texts that nobody can tell apart",
        {
            "Anliegen": texts(),
            "Antwort": list(reversed(texts())),
            "Thema": turns(("Rechnung", "Versand")),
        },
        refused="'Anliegen' .120 different texts.* and 'Antwort' .*--text Anliegen or --text Antwort, or --text "
        "Anliegen,Antwort for one text of both",
    ),
    Export(
        "a short note beside a long text",
        {
            "Notiz": [f"see order {i * 3}, call back" for i in range(ROWS)],
            "Anliegen": [f"{text} {text[::-1]}" for text in texts()],
            "Thema": turns(("Rechnung", "Versand")),
        },
        {"text": "Anliegen", "label": "Thema"},
        says="'Anliegen' is read as the text, but others could be it as well: 'Notiz'.*--text Notiz takes it",
    ),
    Export(
        "a survey: one open question, and one answer of five",
        {
            "Zeitstempel": dates(form="2024/{m:02}/{d:02} 9:41:00"),
            "What could be better?": texts(),
            "How satisfied are you?": turns(
                (
                    "very satisfied",
                    "satisfied",
                    "neither satisfied nor dissatisfied",
                    "dissatisfied",
                    "very dissatisfied",
                )
            ),
        },
        {"text": "What could be better?", "label": "How satisfied are you?"},
    ),
    Export(
        "a survey of several closed questions",
        {
            "What could be better?": texts(),
            "Would you come again?": turns(("yes", "no")),
            "How old are you?": turns(("under 30", "30 to 60", "over 60")),
        },
        refused="pass --label 'Would you come again\\?' or --label 'How old are you\\?'",
    ),
    Export(
        "posts of a forum",
        {
            "post_id": [88_000 + i * 17 for i in range(ROWS)],
            "author": [f"user_{i * 7 % 40}" for i in range(ROWS)],
            "created_utc": [1_700_000_000 + i * 977 for i in range(ROWS)],
            "selftext": texts(),
            "permalink": [f"/r/lamps/comments/{i}" for i in range(ROWS)],
            "flair": turns(("help", "rant", "news")),
        },
        {"text": "selftext", "label": "flair"},
        silent="rival",
    ),
    Export(
        "a chat: who said it, when, what, and what was meant",
        {
            "time": dates(form="2024-{m:02}-{d:02}T09:00:00Z"),
            "speaker": turns(("customer", "agent")),
            "utterance": texts(),
            "intent": turns(("complain", "thank", "ask")),
        },
        {"text": "utterance", "label": "intent"},
        silent="rival",
    ),
    Export(
        "pairs with a number at the ends of their names",
        {"sent_1": texts(), "sent_2": list(reversed(texts())), "same": turns((0, 1))},
        {"text": "sent_1", "text_pair": "sent_2", "label": "same"},
    ),
    Export(
        "a date that is called label",
        {"text": texts(), "label": dates(), "queue": turns(("Billing", "Returns"))},
        refused="'label' is named like a label column, but has dates, 120 different values.*'queue' has 2 different "
        "values.*; pass --label queue, or take it with --label label if it is meant",
    ),
    Export(
        "dates that are named are taken",
        {"text": texts(), "label": turns(("2024-01-01", "2024-01-02")), "queue": turns(("Billing", "Returns"))},
        {"text": "text", "label": "label"},
        {"text": "by its name", "label": "named"},
        asked={"label": "label"},
    ),
    Export(
        "a column of splits is no label",
        {"what": texts(), "split": turns(("train", "train", "test")), "kind": turns(("a", "b"))},
        {"text": "what", "label": "kind"},
        says="'split' seems to say which split",
        silent="rival",
    ),
    Export(
        "identifiers are no text",
        {"id": [f"A{i:04}" for i in range(ROWS)], "label": turns(("a", "b"))},
        refused="expected a column for text",
    ),
    Export(
        "numbers are no text",
        {"height": [1.5 + i * 7 % 31 / 100 for i in range(ROWS)], "label": turns(("a", "b"))},
        refused="expected a column for text",
    ),
    Export(
        "names of people, and a label",
        {
            "person": [f"Ada {chr(65 + i % 26)}{chr(97 + i // 26)}elace" for i in range(ROWS)],
            "group of": turns(("x", "y")),
        },
        {"text": "person", "label": "group of"},
    ),
    Export(
        "lists of labels",
        _lines({"text": texts(), "topics": turns((["new"], ["new", "urgent"], ["urgent"], ["late", "new"]))}),
        {"text": "text", "labels": "topics"},
        task="multi-label-classification",
        suffix=".jsonl",
        says="column 'topics' looks like several labels per row .3 names: late, new, urgent.*--task text-cl",
    ),
    Export(
        "labels with bars between them",
        {"text": texts(), "labels": turns(("new", "new|urgent", "urgent", "late|new", "late"))},
        {"text": "text", "labels": "labels"},
        task="multi-label-classification",
        says="column 'labels' looks like several labels per row .3 names: late, new, urgent",
    ),
    Export(
        "labels with bars between them, read as one each when that is asked for",
        {"text": texts(), "labels": turns(("new", "new|urgent", "urgent", "late|new", "late"))},
        {"text": "text", "label": "labels"},
        asked={"task": "text-classification"},
    ),
    Export(
        "paths of a tree of topics are one label each",
        {"text": texts(), "category": turns(("home|lamps", "home|sofas", "kitchen|kettles"))},
        {"text": "text", "label": "category"},
        silent="several labels",
    ),
    Export(
        "bars of which it is not clear what they part",
        {"text": texts(), "category": turns(("US|new", "US|old", "EU|new", "EU|old"))},
        {"text": "text", "label": "category"},
        says="column 'category' may be several labels per row .4 names: EU, US, new, old.*--task multi-label",
    ),
    Export(
        "words and their tags",
        _lines({"tokens": _WORDS, "ner_tags": _TAGS}),
        {"text": "tokens", "tags": "ner_tags"},
        task="token-classification",
        suffix=".jsonl",
        says="'tokens' and 'ner_tags' are lists of words and a tag for each.*--task text-classification",
    ),
    Export(
        "a word per line",
        "".join(
            "".join(f"{word} {tag}\n" for word, tag in zip(words, tags, strict=True)) + "\n"
            for words, tags in zip(_WORDS, _TAGS, strict=True)
        ).encode(),
        {"text": "tokens", "tags": "ner_tags"},
        task="token-classification",
        suffix=".conll",
    ),
    Export(
        "places of entities",
        _lines({"text": _MARKED, "entities": [[[len(text) - 2, len(text), "END"]] for text in _MARKED]}),
        {"text": "text", "tags": "entities"},
        task="token-classification",
        suffix=".jsonl",
        says="'entities' has places of entities",
    ),
    Export(
        "questions with answers in their contexts",
        _lines(
            {
                "question": [f"What about number {i}?" for i in range(ROWS)],
                "context": texts(),
                "answers": [{"text": [text[:8]], "answer_start": [0]} for text in texts()],
            }
        ),
        {"text": "question", "text_pair": "context", "answers": "answers"},
        task="question-answering",
        suffix=".jsonl",
    ),
    Export(
        "source and target are one of two tasks",
        {"source": texts(), "target": chinese()},
        refused="--task summarization or --task translation",
    ),
    Export(
        "articles and their highlights",
        {"article": [" ".join(texts()[i : i + 6]) for i in range(ROWS)], "highlights": texts()},
        {"text": "article", "summary": "highlights"},
        task="summarization",
    ),
    Export(
        "translations as the hub has them",
        _lines({"translation": [{"en": a, "zh": b} for a, b in zip(texts(), chinese(), strict=True)]}),
        {"text": "source", "translation": "target"},
        task="translation",
        suffix=".jsonl",
    ),
    Export(
        "conversations",
        _lines(
            {
                "messages": [
                    [{"role": "user", "content": text}, {"role": "assistant", "content": text[::-1]}]
                    for text in texts()
                ]
            }
        ),
        {"text": "prompt", "completion": "completion"},
        task="text-generation",
        suffix=".jsonl",
    ),
    Export(
        "instructions",
        _lines({"instruction": texts(), "input": [""] * ROWS, "output": [text[::-1] for text in texts()]}),
        {"text": "prompt", "completion": "output"},
        task="text-generation",
        suffix=".jsonl",
    ),
    Export(
        "a column of 0 and 1 for every label",
        {"id": range(ROWS), "comment_text": texts(), "toxic": turns((1, 0)), "threat": turns((0, 0, 1))},
        refused="'toxic' .2 different.*'threat'.*several columns of 0 and 1 are usual for --task multi-label",
    ),
    Export(
        "a column of 0 and 1 for every label, with the task named",
        {"id": range(ROWS), "comment_text": texts(), "toxic": turns((1, 0)), "threat": turns((0, 0, 1))},
        {"text": "comment_text", "labels": "toxic,threat"},
        task="multi-label-classification",
        asked={"task": "multi-label-classification"},
    ),
    Export(
        "two columns of texts are another task",
        {"left side": texts(), "right side": chinese()},
        refused="'left side' .120 different texts.* and 'right side'.*--text 'left side' or --text 'right side'",
    ),
    Export(
        "two columns of texts, with the task named",
        {"left side": texts(), "right side": chinese()},
        {"text": "left side", "translation": "right side"},
        {"text": "by its content", "translation": "by its content"},
        task="translation",
        asked={"task": "translation"},
        says="'left side' is taken as text.*'right side' is taken as translation",
    ),
    Export(
        "short texts before long ones, with the task named",
        {"in brief": [text[:20] for text in texts()], "at length": texts()},
        refused="--text 'in brief' --label 'at length', or --text 'at length' --label 'in brief'",
        asked={"task": "summarization"},
    ),
    Export(
        "languages as names of columns",
        {"en": texts(), "zh": chinese()},
        refused="'en' and 'zh' hold texts, with --text en --label zh, as for --task translation",
    ),
    Export(
        "prompts whose completions are two words are classes",
        {"prompt": texts(), "completion": turns((" yes", " no"))},
        {"text": "prompt", "label": "completion"},
    ),
)
