"""Tables as spreadsheets, pandas and people write them."""

import gzip
import io
import json
import re

import pandas as pd

from situations import CHINESE, ENGLISH, Situation, csv, labelled

_ROWS = labelled(ENGLISH, ("good", "bad"))
_ZH = labelled(CHINESE)
_COMMAS = labelled(
    ("Fine, warm film", "Long, too long", "Warm, funny", "A mess, truly", "Twice, I laughed", "Skip, skip"), "ab"
)


def _workbook() -> bytes:
    content = io.BytesIO()
    pd.DataFrame({"text": list(_ROWS), "label": list(_ROWS.values())}).to_parquet(content)
    return content.getvalue()


SITUATIONS = (
    Situation("semicolons, as a spreadsheet in Europe writes", {"rows.csv": csv(_ROWS, ";")}, gives=_ROWS),
    Situation("a first line sep=;", {"rows.csv": "sep=;\n" + csv(_ROWS, ";")}, gives=_ROWS),
    Situation("tabs in a .csv", {"rows.csv": csv(_ROWS, "\t")}, gives=_ROWS),
    Situation("commas in a .tsv", {"rows.tsv": csv(_ROWS)}, gives=_ROWS),
    Situation("bars", {"rows.csv": csv(_ROWS, "|")}, gives=_ROWS),
    Situation("line ends of Windows", {"rows.csv": csv(_ROWS).replace("\n", "\r\n")}, gives=_ROWS),
    Situation("line ends of old Macs", {"rows.csv": csv(_ROWS).replace("\n", "\r")}, gives=_ROWS),
    Situation("texts with commas", {"rows.csv": csv(_COMMAS)}, gives=_COMMAS),
    Situation(
        "line ends in quoted texts",
        {"rows.csv": csv(_ROWS) + '"one\ntwo",good\n'},
        gives=_ROWS | {"one\ntwo": "good"},
    ),
    Situation(
        "quotes that close each other swallow rows",
        {
            "rows.csv": csv(_ROWS)
            + '"A quote,good\n'
            + csv(labelled([f"row {i}" for i in range(30)], ("good", "bad")))[11:]
            + 'B",bad\n'
        },
        says="31 lines that end or begin with a label",
    ),
    Situation("a quote that never closes", {"rows.csv": csv(_ROWS) + '"A quote,good\n'}, refused="quote"),
    Situation(
        "the index of pandas",
        {"rows.csv": pd.DataFrame(_ROWS.items(), columns=["text", "label"]).to_csv()},
        gives=_ROWS,
    ),
    Situation("Chinese names of columns", {"rows.csv": csv(_ZH, header=("文本", "标签"))}, gives=_ZH),
    Situation(
        "names of columns that say nothing",
        {"rows.csv": csv(_ROWS, header=("a", "b"))},
        gives=_ROWS,
    ),
    Situation(
        "the same names of columns, named by hand",
        {"rows.csv": csv(_ROWS, header=("a", "b"))},
        asked={"text": "a", "label": "b"},
        gives=_ROWS,
    ),
    Situation("no header", {"rows.csv": csv(_ROWS)[11:]}, refused="header|first row|first line|--text"),
    Situation(
        "no header, columns named by the first row",
        {"rows.csv": csv(_ROWS)[11:]},
        asked={"text": ENGLISH[0], "label": "good"},
        refused="header|first row|first line",
    ),
    Situation("two columns of one name", {"rows.csv": csv(_ROWS, header=("text", "text"))}, refused="text"),
    Situation("a header alone", {"rows.csv": "text,label\n"}, refused="row"),
    Situation("nothing at all", {"rows.csv": ""}, refused="empty|no rows|nothing"),
    Situation("packed with gzip", {"rows.csv.gz": gzip.compress(csv(_ROWS).encode())}, gives=_ROWS),
    Situation(
        "packed with gzip under the name of a table",
        {"rows.csv": gzip.compress(csv(_ROWS).encode())},
        refused="gzip|packed|compressed",
    ),
    Situation("Parquet under the name of a CSV", {"rows.csv": _workbook()}, refused="[Pp]arquet|binary|UTF-8"),
    Situation("a web page", {"rows.csv": "<!DOCTYPE html>\n<html><body>404, not found</body></html>\n"}, refused="."),
    Situation(
        "a pointer of git-lfs",
        {"rows.csv": "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"},
        refused="found a pointer of Git LFS to it; run `git lfs pull`",
    ),
    Situation(
        "columns that are not used are named",
        {
            "rows.csv": "text,label,year\n"
            + "".join(f"{text},{label},{1990 + i}\n" for i, (text, label) in enumerate(_ROWS.items()))
        },
        gives=_ROWS,
        says="not used: 'year'",
    ),
    Situation(
        "title and body as one text",
        {
            "rows.csv": "title,body,label\n"
            + "".join(f"No {i},{text},{label}\n" for i, (text, label) in enumerate(_ROWS.items()))
        },
        asked={"text": ["title", "body"]},
        gives={f"title: No {i}\nbody: {text}": label for i, (text, label) in enumerate(_ROWS.items())},
    ),
    Situation(
        "the same file to learn from and to test on",
        {"rows.csv": csv(_ROWS)},
        asked={"test": "rows.csv"},
        refused="same|test",
    ),
    Situation(
        "a label of the test file that no training row has",
        {"rows.csv": csv(_ROWS), "test.csv": csv(labelled(("Not bad", "Dull"), ("good", "dreadful")))},
        asked={"test": "test.csv"},
        refused="dreadful",
    ),
    Situation(
        "a test file with other names of columns",
        {
            "rows.csv": csv(_ROWS),
            "test.csv": csv(labelled(("Not bad", "Dull"), ("good", "bad")), header=("sentence", "y")),
        },
        asked={"test": "test.csv"},
        says=".",
    ),
    Situation(
        "a blank before every quote",
        {"rows.csv": "text, label\n" + "".join(f'"{text}", "{label}"\n' for text, label in _COMMAS.items())},
        gives=_COMMAS,
    ),
    Situation(
        "a blank before every quote, those of the header too",
        {"rows.csv": '"text", "label"\n' + "".join(f'"{text}", "{label}"\n' for text, label in _COMMAS.items())},
        gives=_COMMAS,
    ),
    Situation(
        "a comma outside of quotes, with quotes behind it",
        {"rows.csv": csv({f" {text}": label for text, label in _ROWS.items()}) + 'One, "two" and,good\n'},
        refused="expected 2 fields",
    ),
    Situation(
        "texts that begin with a blank",
        {"rows.csv": "label,text\n" + "".join(f"{v}, {t}\n" for t, v in _ROWS.items()) + 'bad, "No" again\n'},
        gives={f" {text}": label for text, label in _ROWS.items()} | {' "No" again': "bad"},
    ),
    Situation(
        "a column that says which split a row is of",
        {
            "rows.csv": "text,label,split\n"
            + "".join(f"{t},{v},{('train', 'train', 'dev', 'test')[i % 4]}\n" for i, (t, v) in enumerate(_ROWS.items()))
        },
        gives=_ROWS,
        says="column 'split' seems to say which split a row is of: 'train' .4 rows.*train.csv, validation.csv and",
    ),
    *(
        Situation(
            f"a second text that is not read: {', '.join(names)}",
            {
                "rows.csv": ",".join((*names, "label"))
                + "\n"
                + "".join(
                    f"{t} indeed {i},What about number {i * i} of them,{v}\n" for i, (t, v) in enumerate(_ROWS.items())
                )
            },
            says=f"column '{other}' holds texts as column '{read}' does.*--text-pair {other}.*--text {read},{other}",
        )
        for names, read, other in (
            (("question", "answer"), "question", "answer"),
            (("text", "context"), "text", "context"),
            (("premise", "text"), "text", "premise"),
        )
    ),
    Situation(
        "rows under two keys of one document",
        {
            "rows.json": json.dumps(
                {"data": [{"text": t, "label": v} for t, v in _ROWS.items()], "test": [{"text": "So", "label": "bad"}]}
            )
        },
        gives=_ROWS,
        says="rows are read from 'data' .6., not from 'test' .1.",
    ),
    *(
        Situation(
            f"fields parted by {sign!r}",
            {"rows.csv": csv(_ROWS, sign, ("text", "label"))},
            refused=f"found {re.escape(repr(sign))}, which parts every line into 2; put one of these",
        )
        for sign in ("^", "~", ":", "\x01", "|||", "_!_", "\uff0c", "::")
    ),
    Situation(
        "whole lines in quotes",
        {"rows.csv": "".join(f'"{line}"\n' for line in csv(_ROWS).splitlines())},
        refused="found whole lines in quotes",
    ),
    Situation(
        "a title above the header",
        {"rows.csv": "Reviews of 2024\n" + csv(_ROWS)},
        refused="expected the names of 2 columns in the first line, found 'Reviews of 2024'; if that is a title",
    ),
    Situation(
        "texts with one bar each, as the only column",
        {"rows.csv": "text\n" + "".join(f"{t}|x\n" for t in _ROWS)},
        refused="expected a column for label",
    ),
    Situation(
        "two names that differ in case: the exact one is read",
        {"rows.csv": "TEXT,text,label\n" + "".join(f"x{i},{t},{v}\n" for i, (t, v) in enumerate(_ROWS.items()))},
        gives=_ROWS,
    ),
    Situation(
        "every text under two labels",
        {"rows.csv": csv(_ROWS) + "".join(f"{t},{'bad' if v == 'good' else 'good'}\n" for t, v in _ROWS.items())},
        refused="every text carries contradictory labels",
    ),
    Situation("an empty object", {"rows.json": "{}"}, refused="nothing in it|no columns"),
    Situation(
        "a test file without a header",
        {
            "rows.csv": csv(_ROWS),
            "test.csv": csv(labelled([f"Not bad at all {i}" for i in range(8)], ("good", "bad")))[11:],
        },
        asked={"test": "test.csv"},
        refused="test.csv: expected names of columns above the rows, found what looks like a row",
    ),
)
