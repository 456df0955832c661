"""The SMS collection as a comma-separated file, in which some messages hold those that came after them."""

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

from transferkit.errors import SourceError
from transferkit.sources.readers import decode, to_rows
from transferkit.table.rows import Rows

_SWALLOWED = re.compile(r"\r?\n(?=(?:ham|spam)\t)")


def read(path: Path, columns: Mapping[str, str]) -> Rows:
    """Columns text and label; messages are numbered in their order, which is that of the original collection.

    Whoever made the file took a quotation mark at the start of a message for that of a quoted field, which ended
    only at the next such mark: the lines in between (`ham<TAB>message`) became part of its text. They are taken
    out again, each with its own label.
    """
    reader = csv.DictReader(io.StringIO(decode(path.read_bytes()), newline=""))
    absent = [name for name in columns.values() if name not in (reader.fieldnames or ())]
    if absent:
        raise SourceError(f"{path} has no column {absent[0]!r}; it has {', '.join(reader.fieldnames or ())}")
    texts, labels = [], []
    for row in reader:
        text, *swallowed = _SWALLOWED.split(row[columns["text"]] or "")
        pairs = [(row[columns["label"]] or "", text), *(tuple(line.split("\t", 1)) for line in swallowed)]
        labels += [label for label, _ in pairs]
        texts += [text for _, text in pairs]
    return to_rows({"text": texts, "label": labels})
