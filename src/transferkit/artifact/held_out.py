"""Answers to rows that a model has not learned from, by which routes are chosen: kept in the run folder, so that a run
that goes on chooses by the same ones, and that anybody can see what was chosen by."""

import gzip
import json
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from transferkit import record
from transferkit.artifact.kept_outputs import KeptOutputs, kept
from transferkit.errors import ArtifactError

_FOLDER = "held_out"


def path_of(run: Path, title: str, repeat: int) -> Path:
    """Where the answers of a route are, of its first seed for `repeat` 0."""
    return run / _FOLDER / f"{title}-{repeat}.json.gz"


def write(path: Path, answers: Any) -> None:
    """Write predictions of any shape."""
    text = json.dumps(kept(answers).model_dump(mode="python"))
    path.write_bytes(gzip.compress(text.encode("utf-8", "surrogatepass"), mtime=0))


def read(path: Path, rows: int | None = None) -> Any:
    """What `write` was given. Raises `ArtifactError` where the file is missing, damaged or not about so many `rows`."""
    remedy = "restore it from a copy, or start again with another --output-dir"
    try:
        with gzip.open(BytesIO(record.content(path, ArtifactError, remedy))) as file:
            answers = KeptOutputs.model_validate_json(file.read()).array()
        if rows is not None and len(answers) != rows:
            raise ValueError(f"expected answers to {rows} rows, found {len(answers)}")
        return answers
    except ValidationError as error:
        raise ArtifactError(f"{path} is damaged: {record.explained(error)}; {remedy}") from None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise ArtifactError(f"{path} is damaged ({error}); {remedy}") from None
