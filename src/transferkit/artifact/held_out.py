"""Answers to rows that a model has not learned from, by which routes are chosen: kept in the run folder, so that a run
that goes on chooses by the same ones, and that anybody can see what was chosen by."""

import gzip
import json
from pathlib import Path
from typing import Any

from transferkit.errors import ArtifactError
from transferkit.evaluation import outputs

_FOLDER = "held_out"


def path_of(run: Path, title: str, repeat: int) -> Path:
    """Where the answers of a route are, of its first seed for `repeat` 0."""
    return run / _FOLDER / f"{title}-{repeat}.json.gz"


def write(path: Path, answers: Any) -> None:
    """Write predictions of any shape."""
    path.write_bytes(gzip.compress(json.dumps(outputs.as_json(answers)).encode("utf-8", "surrogatepass"), mtime=0))


def read(path: Path) -> Any:
    """What `write` was given. Raises `ArtifactError` where the file is missing or damaged."""
    try:
        return outputs.from_json(json.loads(gzip.decompress(path.read_bytes())))
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError) as error:
        raise ArtifactError(
            f"{path}: expected the answers that routes are chosen by, found none that can be read ({error}); "
            "restore it from a copy, or start again with another --output-dir"
        ) from None
