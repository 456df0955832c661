"""A short text that says what a longer one says."""

from collections.abc import Mapping
from dataclasses import replace

from transferkit.data import contents
from transferkit.data.columns import by_name
from transferkit.data.contents import Content
from transferkit.errors import shown
from transferkit.shapes import Shape
from transferkit.table.column_names import plain
from transferkit.table.rows import Rows
from transferkit.tasks import Sign, answered_with_text

_SHORT = ("summary", "highlights", "abstract", "synopsis", "tldr")
"""Names of columns that hold nothing but summaries."""


def _recognised(rows: Rows, asked: Mapping[str, str]) -> Sign | None:
    """Long texts, and shorter ones beside them."""
    columns = by_name(list(rows.columns), TASK, asked, True)
    if columns.keys() != {"text", TASK.target}:
        return None
    long, short = (contents.of(rows, columns[name]) for name in ("text", TASK.target))
    if long.content is not Content.TEXTS or short.content is not Content.TEXTS or long.words <= short.words:
        return None
    sure = plain(short.name) in _SHORT
    return Sign(f"columns {shown(long.name, 60)} and {shown(short.name, 60)} hold texts and shorter ones", sure)


_WORDS = replace(
    Shape.TEXT.form.WORDS,
    use="Summarize a file of any size:",
    errors="Worst summaries",
    order="Summaries that share fewest words with the reference first.",
    true="reference summary",
    predicted="summary",
    text="text",
)

TASK = replace(
    answered_with_text(
        "summarization",
        target="summary",
        usual={
            "text": ("source", "document", "article", "dialogue", "body", "maintext", "content", "text"),
            "summary": (
                "summary",
                "target",
                "highlights",
                "abstract",
                "synopsis",
                "headline",
                "title",
                "tldr",
                "output",
            ),
        },
        metrics=("rouge_l", "rouge_lsum", "rouge_1", "rouge_2", "length_ratio", "novelty"),
        instruction="Summarize the text.",
    ),
    recognised=_recognised,
    own_words=_WORDS,
)
