"""`.json`: SQuAD's nested files (v1, and v2 with questions that have no answer), or else JSON lines."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from transferkit.data import compression
from transferkit.data.formats import jsonl
from transferkit.data.rows import Rows
from transferkit.data.tables import Collector
from transferkit.errors import DataError

SUFFIXES = (".json",)
BINARY = False


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """Columns `id`, `title`, `question`, `context`, `answers`, a question per row, numbered in their order.

    A question that `is_impossible` has no answers; its plausible ones are left out.
    """
    articles = _articles(path, encoding)
    if articles is None:
        yield from jsonl.batches(path, size, encoding)
        return
    rows = Collector(str(path))
    for number, record in enumerate(_questions(articles, path), start=1):
        rows.add_mapping(number, record)
        if len(rows) == size:
            yield rows.flush()
    yield from rows.finish()


def _articles(path: Path, encoding: str) -> list[Any] | None:
    """What stands under `data`; None where the file may be one of JSON lines."""
    first = next((line for _, line in compression.numbered(path, encoding=encoding) if line.strip()), "").strip()
    object_per_line = first.endswith("}")
    if not first.startswith("{") or (object_per_line and '"data"' not in first):
        return None
    try:
        whole = json.loads("\n".join(line for _, line in compression.numbered(path, encoding=encoding)))
    except (ValueError, RecursionError) as error:
        if object_per_line:
            return None
        raise DataError(f"{path}: neither one JSON document ({error}) nor one object per line; mend it there") from None
    if isinstance(whole.get("data"), list):
        articles: list[Any] = whole["data"]
        return articles
    if object_per_line:
        return None
    found = ", ".join(map(repr, list(whole)[:5])) or "none"
    raise DataError(
        f"{path}: expected SQuAD's articles under 'data', or one JSON object per line; found one document with the "
        f"keys {found}; write a line per row"
    )


def _questions(articles: list[Any], path: Path) -> Iterator[dict[str, Any]]:
    for at, article in enumerate(articles, start=1):
        try:
            for paragraph in article["paragraphs"]:
                for asked in paragraph["qas"]:
                    yield _record(asked, paragraph["context"], article.get("title"))
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"{path}: article {at} is not as SQuAD has it: expected paragraphs with context and qas, each with "
                f"question and answers, found none ({error}); mend it, or give one JSON object per line"
            ) from None


def _record(asked: Mapping[str, Any], context: str, title: Any) -> dict[str, Any]:
    given = [] if asked.get("is_impossible") else asked.get("answers")
    if given is not None:  # the questions of a hidden test set have none
        texts, starts = [each["text"] for each in given], [each["answer_start"] for each in given]
        given = {"text": texts, "answer_start": starts}
    return {"id": asked.get("id"), "title": title, "question": asked["question"], "context": context, "answers": given}
