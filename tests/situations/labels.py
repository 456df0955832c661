"""Labels that are written in several ways, missing, or several at a time."""

import unicodedata

from situations import CHINESE, ENGLISH, KOREAN, LABELS, NUMBERS, Situation, csv, labelled, lines

_LONG = "not used|set aside|without a label|no label"
_BOTH = dict(
    zip(ENGLISH, (["new"], ["new", "urgent"], ["urgent"], ["new"], ["urgent"], ["new", "urgent"]), strict=True)
)
_NAMES = {"new": 0, "urgent": 1}
_VECTORS = {text: [int(name in labels) for name in _NAMES] for text, labels in _BOTH.items()}


def _parted(name: str, sign: str) -> Situation:
    rows = {text: sign.join(labels) for text, labels in _BOTH.items()}
    return Situation(name, {"rows.csv": csv(rows, "\t" if sign == "," else ",").encode()}, LABELS, gives=_BOTH)


SITUATIONS = (
    Situation(
        "an invisible sign in some labels",
        {"rows.csv": csv(labelled(CHINESE, ("正面", "负面", "正面\u200b")))},
        says="differ only in how they are written",
    ),
    Situation(
        "Korean labels composed and decomposed",
        {"rows.csv": csv(labelled(KOREAN, ("긍정", "부정", unicodedata.normalize("NFD", "긍정"))))},
        says="differ only in how they are written",
    ),
    Situation(
        "labels that differ in case",
        {"rows.csv": csv(labelled(ENGLISH, ("Good", "bad", "good")))},
        says="written: '[Gg]ood' / '[Gg]ood'",
    ),
    Situation(
        "full-width figures as labels",
        {"rows.csv": csv(labelled(CHINESE, ("1", "0", "\uff11")))},
        says="differ only in how they are written",
    ),
    Situation("labels with blanks at their ends", {"rows.csv": csv(labelled(ENGLISH, ("a", "b", "a ")))}, says="."),
    Situation(
        "1 and 1.0 are one label",
        {"rows.jsonl": lines([{"text": t, "label": v} for t, v in zip(ENGLISH, (1, 0, 1.0, 0, 1, 0.0), strict=True)])},
        gives=labelled(ENGLISH, ("1", "0")),
    ),
    Situation("01 is not 1", {"rows.csv": csv(labelled(ENGLISH, ("01", "1")))}, gives=labelled(ENGLISH, ("01", "1"))),
    Situation(
        "true and false",
        {"rows.jsonl": lines([{"text": text, "label": i % 2 == 0} for i, text in enumerate(ENGLISH)])},
        gives=labelled(ENGLISH, ("True", "False")),
    ),
    Situation(
        "nan as pandas writes a missing label",
        {"rows.csv": csv(labelled(ENGLISH, ("a", "b")) | {"A seventh": "nan"})},
        gives=labelled(ENGLISH, ("a", "b")),
        says=_LONG,
    ),
    Situation(
        "an empty label",
        {"rows.csv": csv(labelled(ENGLISH, ("a", "b")) | {"A seventh": ""})},
        gives=labelled(ENGLISH, ("a", "b")),
        says=_LONG,
    ),
    Situation(
        "None may be a class",
        {"rows.csv": csv(labelled(ENGLISH, ("for", "None")))},
        gives=labelled(ENGLISH, ("for", "None")),
        says="None",
    ),
    Situation(
        "one label everywhere", {"rows.csv": csv(labelled(ENGLISH, ("a",)))}, refused="two|2 |one label|only label"
    ),
    Situation(
        "a label per row",
        {"rows.csv": csv(dict(zip(ENGLISH, CHINESE, strict=True)))},
        refused="label",
    ),
    Situation(
        "one text with two labels",
        {"rows.csv": csv(labelled(ENGLISH, ("a", "b"))) + f"{ENGLISH[0]},b\n"},
        says="carries more than one label",
    ),
    _parted("several labels with a bar between them", "|"),
    _parted("several labels with a Chinese comma between them", "、"),
    _parted("several labels with a full-width semicolon between them", "；"),
    _parted("several labels with # between them, as doccano writes", "#"),
    _parted("several labels with a semicolon and a blank between them", "; "),
    Situation(
        "names with commas in them",
        {"rows.csv": csv(labelled(ENGLISH, ("Health, care", "Sport", "Art, music")))},
        LABELS,
        asked={"label_separator": "none"},
        gives={t: [a] for t, a in labelled(ENGLISH, ("Health, care", "Sport", "Art, music")).items()},
    ),
    Situation(
        "a column of 0 and 1 for every label",
        {"rows.csv": "text,new,urgent\n" + "".join(f"{t},{v[0]},{v[1]}\n" for t, v in _VECTORS.items())},
        LABELS,
        gives=_BOTH,
    ),
    Situation(
        "cats as spaCy has them",
        {
            "rows.jsonl": lines(
                [{"text": t, "cats": {n: float(v[i]) for n, i in _NAMES.items()}} for t, v in _VECTORS.items()]
            )
        },
        LABELS,
        gives=_BOTH,
    ),
    Situation(
        "vectors without names",
        {"rows.jsonl": lines([{"text": text, "labels": vector} for text, vector in _VECTORS.items()])},
        LABELS,
        refused="--label-names",
    ),
    Situation(
        "vectors with names",
        {"rows.jsonl": lines([{"text": text, "labels": vector} for text, vector in _VECTORS.items()])},
        LABELS,
        asked={"label_names": ["new", "urgent"]},
        gives=_BOTH,
    ),
    Situation(
        "a row for every label of a text",
        {"rows.csv": "text,label\n" + "".join(f"{text},{name}\n" for text, names in _BOTH.items() for name in names)},
        LABELS,
        gives=_BOTH,
        says="merged|one row per text|rows of one text",
    ),
    Situation(
        "no row has more than one label",
        {"rows.jsonl": lines([{"text": t, "labels": [a]} for t, a in labelled(ENGLISH, ("a", "b")).items()])},
        LABELS,
        says="no row has more than one|more than one label",
    ),
    Situation(
        "a label that always holds",
        {"rows.jsonl": lines([{"text": t, "labels": [a, "x"]} for t, a in labelled(ENGLISH, ("a", "b")).items()])},
        LABELS,
        says="'x'.*(every|all|always)|(every|all|always).*'x'",
    ),
    Situation(
        "numbers with a word among them",
        {"rows.csv": csv(labelled(ENGLISH, (1.5, 2, "high")))},
        NUMBERS,
        refused="number",
    ),
    Situation(
        "numbers that are infinite", {"rows.csv": csv(labelled(ENGLISH, (1.5, 2, "inf")))}, NUMBERS, refused="inf"
    ),
    Situation(
        "SNLI from the hub: -1 beside 0, 1 and 2 is no label",
        {
            "rows.csv": "premise,hypothesis,label\n"
            + "".join(f"A man {i} sleeps,He {i},{label}\n" for i, label in enumerate((0, 1, 2, 0, 1, 2, -1, -1)))
        },
        gives={(f"A man {i} sleeps", f"He {i}"): str(i % 3) for i in range(6)},
        says="2 rows have -1 in column 'label' beside 0 to 2.*read as no label",
    ),
    Situation(
        "-1, 0 and 1 may be a scale",
        {"rows.csv": csv(labelled(ENGLISH, (-1, 0, 1)))},
        gives=labelled(ENGLISH, ("-1", "0", "1")),
        says="have -1 in column 'label' beside 0 and 1.*learned as a class",
    ),
    Situation(
        "-1 and 1 are classes",
        {"rows.csv": csv(labelled(ENGLISH, (-1, 1)))},
        gives=labelled(ENGLISH, ("-1", "1")),
    ),
    Situation(
        "a test file of GLUE has -1 everywhere",
        {"rows.csv": csv(labelled(ENGLISH, (0, 1))), "test.csv": csv(labelled(("Not bad", "Dull"), (-1,)))},
        asked={"test": "test.csv"},
        refused="test.*expected labels in column 'label', found none",
    ),
    *(
        Situation(
            f"{nothing} may say that there is no label",
            {"rows.csv": csv(labelled(ENGLISH, ("good", nothing)))},
            gives=labelled(ENGLISH, ("good", nothing)),
            says="may say there is none",
        )
        for nothing in ("?", "unknown", "\\N", "(null)", "无", "空", "#N/A")
    ),
    Situation(
        "a column of 0 alone among the labels",
        {"rows.csv": "text,new,urgent,lost\n" + "".join(f"{t},{v[0]},{v[1]},0\n" for t, v in _VECTORS.items())},
        LABELS,
        gives=_BOTH,
        says="no row has the label 'lost'",
    ),
    Situation(
        "is_train is no label",
        {
            "rows.csv": "text,new,urgent,is_train\n"
            + "".join(f"{t},{v[0]},{v[1]},{int(i < 4)}\n" for i, (t, v) in enumerate(_VECTORS.items()))
        },
        LABELS,
        gives=_BOTH,
        says="column 'is_train' seems to say which split a row is of: '1' .4 rows., '0' .2 rows.; it is not read",
    ),
    Situation(
        "a label that cats never have",
        {
            "rows.jsonl": lines(
                [{"text": t, "cats": {"lost": 0.0, "new": v[0], "urgent": v[1]}} for t, v in _VECTORS.items()]
            )
        },
        LABELS,
        gives=_BOTH,
        says="no row has the label 'lost'",
    ),
    *(
        Situation(
            f"several labels as Python prints a {kind.__name__}",
            {"rows.csv": "text,labels\n" + "".join(f'{t},"{kind(sorted(labels))}"\n' for t, labels in _BOTH.items())},
            LABELS,
            gives=_BOTH,
        )
        for kind in (tuple, set, list)
    ),
    Situation(
        "labels in parentheses are names",
        {"rows.csv": csv(labelled(ENGLISH, ("(a)", "('b' or c)")))},
        LABELS,
        gives={t: [a] for t, a in labelled(ENGLISH, ("(a)", "('b' or c)")).items()},
    ),
    Situation(
        "labels of fastText with a comma between them",
        {
            "rows.txt": "".join(
                f"{','.join(f'__label__{name}' for name in labels)} {text}\n" for text, labels in _BOTH.items()
            )
        },
        LABELS,
        gives=_BOTH,
    ),
    Situation(
        "labels as objects with a name",
        {
            "rows.jsonl": lines(
                [
                    {"text": t, "label": {"id": "ab".index(v), "name": v}}
                    for t, v in labelled(ENGLISH, ("a", "b")).items()
                ]
            )
        },
        gives=labelled(ENGLISH, ("a", "b")),
    ),
    Situation(
        "lists of labels as objects with a name",
        {
            "rows.jsonl": lines(
                [{"text": t, "labels": [{"id": 1, "name": n} for n in names]} for t, names in _BOTH.items()]
            )
        },
        LABELS,
        gives=_BOTH,
    ),
)
