"""A question about a text, answered in words of the model's own."""

from dataclasses import replace

from transferkit.tasks import answered_with_text

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
)
