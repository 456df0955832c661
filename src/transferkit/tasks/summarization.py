"""A short text that says what a longer one says."""

from transferkit.tasks import answered_with_text

TASK = answered_with_text(
    "summarization",
    target="summary",
    usual={
        "text": ("source", "document", "article", "dialogue", "body", "maintext", "content", "text"),
        "summary": ("summary", "target", "highlights", "abstract", "synopsis", "headline", "title", "tldr", "output"),
    },
    metrics=("rouge_l", "rouge_lsum", "rouge_1", "rouge_2", "length_ratio", "novelty"),
    instruction="Summarize the text.",
)
