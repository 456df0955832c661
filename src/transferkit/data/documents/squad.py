"""SQuAD's articles: v1, and v2 with questions that have no answer (Rajpurkar et al. 2016, 2018)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from transferkit.errors import DataError


def fits(whole: Any) -> bool:
    """Whether there are articles with paragraphs under `data`."""
    articles = whole.get("data") if isinstance(whole, dict) else None
    return isinstance(articles, list) and any(isinstance(each, dict) and "paragraphs" in each for each in articles)


def records(whole: Any, path: Path) -> Iterator[dict[str, Any]]:
    """Columns `id`, `title`, `question`, `context`, `answers`, a question per row.

    A question that `is_impossible` has no answers; its plausible ones are left out.
    """
    for at, article in enumerate(whole["data"], start=1):
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
