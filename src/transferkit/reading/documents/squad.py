"""SQuAD's articles: v1, and v2 with questions that have no answer (Rajpurkar et al. 2016, 2018)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from transferkit.errors import DataError

_PARAGRAPHS, _ASKED = "paragraphs", "qas"


def fits(whole: Any) -> bool:
    """Whether there are articles with paragraphs, or paragraphs with questions: under `data`, in a list or alone."""
    return any(isinstance(item, dict) and (_PARAGRAPHS in item or _is_paragraph(item)) for item in _articles(whole))


def _articles(whole: Any) -> list[Any]:
    if isinstance(whole, dict) and (_PARAGRAPHS in whole or _is_paragraph(whole)):
        return [whole]
    articles = whole.get("data") if isinstance(whole, dict) else whole
    return articles if isinstance(articles, list) else []


def _is_paragraph(item: Mapping[str, Any]) -> bool:
    return _ASKED in item and "context" in item


def records(whole: Any, path: Path) -> Iterator[dict[str, Any]]:
    """Columns `id`, `title`, `question`, `context`, `answers`, a question per row.

    A question that `is_impossible` has no answers; its plausible ones are left out.
    """
    for at, article in enumerate(_articles(whole), start=1):
        try:
            for paragraph in [article] if _is_paragraph(article) else article[_PARAGRAPHS]:
                for question in paragraph[_ASKED]:
                    yield _record(question, paragraph["context"], article.get("title"))
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"{path}: article {at} is not as SQuAD has it: expected paragraphs with context and qas, each with "
                f"question and answers, found none ({error}); fix it, or give one JSON object per line"
            ) from None


def _record(question: Mapping[str, Any], context: str, title: Any) -> dict[str, Any]:
    answers = [] if question.get("is_impossible") else question.get("answers")
    if isinstance(answers, list) and all(isinstance(answer, dict) and "text" in answer for answer in answers):
        starts = [answer.get("answer_start") for answer in answers]
        answers = {"text": [answer["text"] for answer in answers], "answer_start": starts}
    return {
        "id": question.get("id"),
        "title": title,
        "question": question["question"],
        "context": context,
        "answers": answers,
    }
