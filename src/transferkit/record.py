"""JSON files that are read back, our own and those of other people: checked against a schema, or one sentence."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from transferkit.errors import TransferkitError

_MOST_REASONS = 3
_MOST_SHOWN = 60  # characters of a value that an error quotes


class Record(BaseModel):
    """What one JSON file holds: frozen, no value of another type, no NaN. Keys that it does not name are ignored, as
    later versions and other tools write more of them."""

    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)


R = TypeVar("R", bound=BaseModel)


def read(path: Path, schema: type[R], broken: type[TransferkitError], remedy: str) -> R:
    """What the JSON file `path` holds. Raises `broken`, which names the file, what was expected and found, and ends
    with `remedy`."""
    try:
        return schema.model_validate_json(content(path, broken, remedy))
    except ValidationError as error:
        raise broken(f"{path} is damaged: {explained(error)}; {remedy}") from None


def content(path: Path, broken: type[TransferkitError], remedy: str) -> bytes:
    """The bytes of `path`, which must be a regular file: a pipe in its place would be waited for."""
    if not path.is_file():
        found = "something else of that name" if path.exists() else "none"
        raise broken(f"{path}: expected a file, found {found}; {remedy}")
    try:
        return path.read_bytes()
    except OSError as error:
        raise broken(f"{path} cannot be read ({error.strerror}); {remedy}") from None


def write(path: Path, record: BaseModel) -> None:
    """Write what `read` reads."""
    text = json.dumps(record.model_dump(mode="json"), indent=2, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def explained(error: ValidationError) -> str:
    """Where a file is not what its schema says, what was expected there and what was found."""
    items = error.errors(include_url=False, include_context=False)
    parts = []
    for item in items[:_MOST_REASONS]:
        said = item["msg"].removeprefix("Value error, ").replace("valid tuple", "list").replace("valid array", "list")
        said = f"{said[:1].lower()}{said[1:]}"
        found = "" if item["type"] in ("missing", "json_invalid") else f" (found {_short(item['input'])})"
        where = ".".join(str(part) for part in item["loc"])
        parts.append(f"{where}: {said}{found}" if where else f"{said}{found}")
    more = f"; and {len(items) - _MOST_REASONS} more" if len(items) > _MOST_REASONS else ""
    return "; ".join(parts) + more


def _short(value: object) -> str:
    if isinstance(value, int) and abs(value) > 10**_MOST_SHOWN:
        return "a number of too many digits"
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
