"""The tables of `options.md`, from the code: `python docs/tables.py` (or `make pages`) writes them anew."""

import inspect
import re
from pathlib import Path
from typing import Any

import yaml
from pydantic.fields import FieldInfo

from transferkit import adapters, options, sources, students, tasks
from transferkit.config import Strict
from transferkit.data import read
from transferkit.lesson import Lesson
from transferkit.options.static import Options as StaticOptions
from transferkit.training.options import TrainingOptions
from transferkit.training.student_options import DistillationOptions

PAGE = Path(__file__).parent / "options.md"


def options_of(name: str) -> tuple[type[Strict], type[Strict]]:
    """The options that go by `name` in the page, and those described before them."""
    if name == "training":
        return TrainingOptions, Strict
    if name == "distillation":
        return DistillationOptions, TrainingOptions
    schema = options.get(name).Options
    shared = next((kind for kind in (DistillationOptions, TrainingOptions) if issubclass(schema, kind)), Strict)
    return schema, shared


def options_table(name: str) -> str:
    """What the docstring of the options says, and a table of those not described before or differing."""
    schema, shared = options_of(name)
    words = " ".join(inspect.cleandoc(schema.__doc__ or "").split())
    fields = {
        option: field
        for option, field in schema.model_fields.items()
        if option not in shared.model_fields
        or (field.default, field.description)
        != (shared.model_fields[option].default, shared.model_fields[option].description)
    }
    withheld = [f"`{option}`" for option in shared.model_fields if option not in schema.model_fields]
    words += f" It has no {', '.join(withheld)}." if withheld else ""
    rows = [f"| `{option}` | {default(field)} | {field.description or ''} |" for option, field in fields.items()]
    lines = [words, "", "| option | default | |", "|---|---|---|", *rows] if rows else [words]
    return "\n".join(lines)


def default(field: FieldInfo) -> str:
    return "must be given" if field.is_required() else shown(field.default)


def shown(value: Any) -> str:
    if value is None:
        return "chosen"
    if value in ("", ()):
        return "not set"
    return yaml.safe_dump(list(value) if isinstance(value, tuple) else value, default_flow_style=True).split("\n")[0]


def defaults_table() -> str:
    """Learning rates by the size of the model and epochs by the number of rows, as the code has them."""
    sizes = {"22.7 M": 22_700_000, "110 M": 110_000_000, "1 B": 1_000_000_000}
    counts = (500, 2_000, 5_000, 50_000)
    lines = [f"| | {' | '.join(f'rate at {size}' for size in sizes)} | {' | '.join(f'{n:,} rows' for n in counts)} |"]
    lines.append("|---" * (1 + len(sizes) + len(counts)) + "|")
    for name in ("full", "top_layers", "lora"):
        rates = [f"{adapters.get(name).default_rate(size):.2g}" for size in sizes.values()]
        epochs = [f"{adapters.get(name).default_epochs(n):g} epochs" for n in counts]
        lines.append(f"| `{name}` | {' | '.join([*rates, *epochs])} |")
    taught = [student_defaults(n) for n in counts]
    rates = [f"{taught[0][0]:.2g}"] * len(sizes)
    lines.append(f"| `static` | {' | '.join([*rates, *(f'{epochs:g} epochs' for _, epochs in taught)])} |")
    return "\n".join(lines)


def student_defaults(rows: int) -> tuple[float, float]:
    table = read({"text": ["a word"] * rows, "label": ["a", "b"] * (rows // 2)})
    teacher: Any = None  # not a Transformers model, so there is nothing to start from
    lesson = Lesson(tasks.get("text-classification").bound(table), table, teacher, 16, sources.load)
    kind = students.get("static")
    student = kind.build(lesson, StaticOptions())
    return student.learning_rate, student.epochs


def filled(text: str) -> str:
    """The page with its tables made anew."""
    text = re.sub(
        r"<!-- options (\w+) -->\n.*?<!-- /options -->",
        lambda found: f"<!-- options {found[1]} -->\n{options_table(found[1])}\n<!-- /options -->",
        text,
        flags=re.DOTALL,
    )
    table = f"<!-- defaults -->\n{defaults_table()}\n<!-- /defaults -->"
    return re.sub(r"<!-- defaults -->\n.*?<!-- /defaults -->", lambda _: table, text, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
