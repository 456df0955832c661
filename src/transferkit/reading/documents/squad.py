"""SQuAD's articles: v1, and v2 with questions that have no answer (Rajpurkar et al. 2016, 2018)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from transferkit.errors import DataError

_PARAGRAPHS, _ASKED = "paragraphs", "qas"


def fits(whole: Any) -> bool:
    """Whether there are articles with paragraphs, or paragraphs with questions: under `data`, in a list or alone."""
    return any(isinstance(each, dict) and (_PARAGRAPHS in each or _is_paragraph(each)) for each in _articles(whole))


def _articles(whole: Any) -> list[Any]:
    if isinstance(whole, dict) and (_PARAGRAPHS in whole or _is_paragraph(whole)):
        return [whole]
    found = whole.get("data") if isinstance(whole, dict) else whole
    return found if isinstance(found, list) else []


def _is_paragraph(each: Mapping[str, Any]) -> bool:
    return _ASKED in each and "context" in each


def records(whole: Any, path: Path) -> Iterator[dict[str, Any]]:
    """Columns `id`, `title`, `question`, `context`, `answers`, a question per row.

    A question that `is_impossible` has no answers; its plausible ones are left out.
    """
    for at, article in enumerate(_articles(whole), start=1):
        try:
            for paragraph in [article] if _is_paragraph(article) else article[_PARAGRAPHS]:
                for asked in paragraph[_ASKED]:
                    yield _record(asked, paragraph["context"], article.get("title"))
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"{path}: article {at} is not as SQuAD has it: expected paragraphs with context and qas, each with "
                f"question and answers, found none ({error}); mend it, or give one JSON object per line"
            ) from None


def _record(asked: Mapping[str, Any], context: str, title: Any) -> dict[str, Any]:
    given = [] if asked.get("is_impossible") else asked.get("answers")
    if isinstance(given, list) and all(isinstance(each, dict) and "text" in each for each in given):
        starts = [each.get("answer_start") for each in given]
        given = {"text": [each["text"] for each in given], "answer_start": starts}
    return {"id": asked.get("id"), "title": title, "question": asked["question"], "context": context, "answers": given}
