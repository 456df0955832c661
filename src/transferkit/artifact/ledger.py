"""What a run knows to be its own: every file it has written, by content, so that it replaces nothing else."""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from transferkit.config import Strict
from transferkit.errors import ArtifactError, ConfigError

HIDDEN = ".transferkit"
"""What is called so in a run's folder is no result: its record, its lock and what only an unfinished run needs."""


class Written(Strict):
    """`files` are the sha256 sums of what the run gave a name, or may have given it when it was killed; `artifacts`
    are the names of the files in each, under `TITLE-REPEAT`; `models` are the fingerprints of those that the run
    starts or learns from."""

    made_by: Literal["transferkit"] = "transferkit"
    version: Literal[1] = 1
    files: dict[str, list[str]] = Field(default_factory=dict)
    artifacts: dict[str, list[str]] = Field(default_factory=dict)
    models: dict[str, str] = Field(default_factory=dict)


class Ledger:
    """The record in the run folder `run`."""

    def __init__(self, run: Path) -> None:
        self.run = run
        self.path = run / HIDDEN / "written.json"

    def exists(self) -> bool:
        """Whether there is a record, which makes the folder a run's."""
        return self.path.is_file() and self.read().made_by == "transferkit"

    def read(self) -> Written:
        """What is recorded; nothing where there is no record. Raises `ArtifactError` for a damaged one."""
        try:
            return Written.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return Written()
        except (OSError, ValidationError):
            raise ArtifactError(
                f"{self.path} is damaged, so that it cannot be told what the run in {self.run} wrote; restore it from "
                "a copy, or name another --output-dir"
            ) from None

    def begin(self) -> None:
        """Make the folder a run's."""
        if not self.path.exists():
            self._write(Written())

    def note_file(self, name: str, draft: Path) -> None:
        """The run is about to give `draft` the name `name`."""
        there = self.run / name
        sums = [_sum(path) for path in (there, draft) if path.is_file()]
        with self._alone():
            known = self.read()
            self._write(known.model_copy(update={"files": {**known.files, name: sums}}))

    def adopt(self, names: Iterable[str]) -> None:
        """The files called `names`, as they are, are the run's: it is one of an earlier version, without a record."""
        there = {name: [_sum(self.run / name)] for name in names if (self.run / name).is_file()}
        self._write(Written(files=there))

    def note_artifact(self, key: str, draft: Path) -> None:
        """The run is about to give the folder `draft` its place as the artifact called `key`."""
        names = sorted(path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file())
        with self._alone():
            known = self.read()
            self._write(known.model_copy(update={"artifacts": {**known.artifacts, key: names}}))

    def expect_models(self, fingerprints: Mapping[str, str]) -> None:
        """Note the fingerprints of the models that the run starts or learns from, by name. Raises `ConfigError` where
        one of them was another when it began."""
        known = self.read()
        for name, fingerprint in fingerprints.items():
            if known.models.get(name, fingerprint) != fingerprint:
                raise ConfigError(
                    f"cannot resume {self.run}: the model in {name} is not the one that this run began with; restore "
                    "that one, or begin anew under another --output-dir"
                )
        if not fingerprints.keys() <= known.models.keys():
            self._write(known.model_copy(update={"models": {**known.models, **fingerprints}}))

    def require_ours(self, name: str) -> None:
        """Raise `ConfigError` where a file called `name` is there that the run did not write."""
        path = self.run / name
        if not os.path.lexists(path):
            return
        sums = self.read().files.get(name, [])
        if path.is_symlink() or not path.is_file() or _sum(path) not in sums:
            raise ConfigError(f"{path} is not as this run wrote it, and would be replaced; move it, then --resume")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While open, no other process that trains for this run adds to the record."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        place = os.open(self.path.parent, os.O_RDONLY)
        try:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(place, fcntl.LOCK_EX)
            yield
        finally:
            os.close(place)

    def _write(self, known: Written) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".part")
        draft.write_text(known.model_dump_json(indent=1), encoding="utf-8")
        draft.replace(self.path)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
