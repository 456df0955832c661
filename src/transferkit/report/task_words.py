"""What a report calls inputs, answers and mistakes of each task: a translation is no label.

Words are by task, and by the shape of answers for a task without words of its own. They are English, for `say`.
"""

from dataclasses import dataclass, replace

from transferkit.shapes import Shape
from transferkit.tasks import Task


@dataclass(frozen=True)
class TaskWords:
    """`use` says what `predict` does to a file; `errors` heads the list of mistakes, ordered as `order` says.

    `text` and `text_pair` are the inputs, `true` and `predicted` the answers, `measure` is what mistakes are ordered
    by, `classes` heads the scores of every label.
    """

    use: str
    errors: str
    order: str
    true: str
    predicted: str
    measure: str
    text: str = "text"
    text_pair: str = "second text"
    classes: str = "Scores by label"


_SHAPES = {
    Shape.LABEL: TaskWords(
        use="Label a file of any size:",
        errors="Most confident errors",
        order="Rows with a wrong label, the most confident predictions first.",
        true="true label",
        predicted="predicted label",
        measure="confidence",
    ),
    Shape.LABELS: TaskWords(
        use="Label a file of any size:",
        errors="Worst errors",
        order="Rows whose labels are not exactly right, the lowest F1 first.",
        true="true labels",
        predicted="predicted labels",
        measure="F1",
    ),
    Shape.VALUE: TaskWords(
        use="Predict a number for every row of a file of any size:",
        errors="Largest errors",
        order="Rows by the distance between prediction and true value, the largest first.",
        true="true value",
        predicted="predicted value",
        measure="absolute error",
    ),
    Shape.TAGS: TaskWords(
        use="Tag the entities in a file of any size:",
        errors="Texts with most wrong entities",
        order="Only the entities that differ are listed; F1 is that of the whole text.",
        true="missed entities",
        predicted="wrong entities",
        measure="F1",
        classes="Scores by entity type",
    ),
    Shape.SPAN: TaskWords(
        use="Answer the questions in a file of any size:",
        errors="Worst answers",
        order="Answers that share fewest words with the correct one first.",
        true="correct answer",
        predicted="predicted answer",
        measure="word F1",
        text="question",
        text_pair="context",
    ),
    Shape.TEXT: TaskWords(
        use="Answer the prompts in a file of any size:",
        errors="Worst answers",
        order="Answers that share fewest words with the reference first.",
        true="reference answer",
        predicted="generated answer",
        measure="word F1",
        text="prompt",
        text_pair="context",
    ),
}

_TASKS = {
    "translation": replace(
        _SHAPES[Shape.TEXT],
        use="Translate a file of any size:",
        errors="Worst translations",
        order="Translations that share fewest words with the reference first.",
        true="reference translation",
        predicted="translation",
        text="source text",
    ),
    "summarization": replace(
        _SHAPES[Shape.TEXT],
        use="Summarize a file of any size:",
        errors="Worst summaries",
        order="Summaries that share fewest words with the reference first.",
        true="reference summary",
        predicted="summary",
        text="text",
    ),
    "generative-question-answering": replace(
        _SHAPES[Shape.TEXT], use=_SHAPES[Shape.SPAN].use, text="question", true="correct answer"
    ),
}


def words_of(task: Task) -> TaskWords:
    """The words of `task`."""
    return _TASKS.get(task.name, _SHAPES[task.shape])
