"""A row as a model reads it: its tokens as text, with what is put around it."""

from typing import Any

from transferkit.config import RunConfig
from transferkit.encoding import word_windows
from transferkit.encoding.encoded import encode
from transferkit.encoding.prompting import completions, frame, prompts
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows
from transferkit.tasks import Task

_LONGEST = 600  # signs


def of(row: Rows, task: Task, backbone: Backbone, config: RunConfig, max_length: int) -> list[tuple[str, str]]:
    """What the model is given of one row, and where it writes, the answer that it learns; special tokens stay."""
    tokenizer = backbone.tokenizer()
    if not task.shape.form.WRITTEN or not backbone.writes:
        rows = word_windows.as_read(row) if task.shape.form.OF_WORDS else row
        (ids,) = encode(rows, tokenizer, max_length, backbone.prompt).ids
        return [("as the model reads it", _text(ids, tokenizer))]
    framing = frame(tokenizer, backbone.configuration(), task, config.instruction)
    (ids,) = prompts(row, tokenizer, framing, max_length).ids
    (answer,) = completions(task.encode_target(row[task.target][0], ())[:1], tokenizer, framing)
    return [("as the model reads it", _text(ids, tokenizer)), ("what it learns to answer", _text(answer, tokenizer))]


def _text(ids: Any, tokenizer: Any) -> str:
    text = " ".join(tokenizer.decode(list(ids), skip_special_tokens=False).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"
