"""A question about a text, answered in words of the model's own."""

from collections.abc import Mapping
from dataclasses import replace

from transferkit.data import questions
from transferkit.data.columns import by_name
from transferkit.errors import shown
from transferkit.shapes import Shape
from transferkit.table.rows import Rows
from transferkit.tasks import Sign, answered_with_text

_SOME = 200


def _recognised(rows: Rows, asked: Mapping[str, str]) -> Sign | None:
    """Questions, contexts, and answers of which some do not stand in these."""
    columns = by_name(list(rows.columns), TASK, asked, True)
    first = rows.take(range(min(len(rows), _SOME)))
    if columns.keys() != {*TASK.inputs, TASK.target}:
        return None
    if questions.are_placed(first[columns["text_pair"]], first[columns[TASK.target]]) is not False:
        return None
    listed = ", ".join(shown(raw, 60) for raw in columns.values())
    return Sign(f"columns {listed} are questions, contexts and answers that do not all appear in them", False)


_WORDS = replace(Shape.TEXT.form.WORDS, use=Shape.SPAN.form.WORDS.use, text="question", true="correct answer")

TASK = replace(
    answered_with_text(
        "generative-question-answering",
        target="answer",
        inputs=("text", "text_pair"),
        usual={
            "text": ("question", "query"),
            "text_pair": ("context", "passage", "paragraph", "document"),
            "answer": ("answer", "answers", "target", "output"),
        },
        metrics=("token_f1", "exact_match"),
        instruction="Answer the question about the text in a few words.",
    ),
    hub_name="text-generation",
    recognised=_recognised,
    own_words=_WORDS,
)
