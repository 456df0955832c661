"""What a saved model is for, known before its weights are read: its task, its columns, the encoding of its files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from transferkit import data, predictors, tasks
from transferkit.artifact import saved_run
from transferkit.config import DESCRIBED, read_yaml
from transferkit.data import joined
from transferkit.data.columns import by_name, flags, headless, other_encoding
from transferkit.errors import ConfigError, DataError, shown
from transferkit.language.parting import BLANKS, Parting
from transferkit.table.rows import Rows
from transferkit.tagging import word_rows
from transferkit.tasks import Task

MODELS = "models"
"""The folder of a run that its models are in."""


@dataclass(frozen=True)
class Purpose:
    """`columns` maps `text`, `text_pair` and `label` to what they were called in the data that the model was trained
    on, `parting` says how a text is parted into words that are tagged, and `encoding` is the one that its files were
    read in, where that was named and the run is still around the model."""

    task: Task
    columns: Mapping[str, str] = field(default_factory=dict)
    parting: Parting = BLANKS
    encoding: str | None = None

    @property
    def takes_pairs(self) -> bool:
        """Whether it was trained on pairs of texts."""
        return "text_pair" in self.columns

    def stream(self, path: str | Path, batch_size: int, encoding: str | None) -> Iterator[Rows]:
        """The raw rows of a file, `batch_size` at a time; sentences of words stay whole."""
        of_words = self.task.shape.form.OF_WORDS
        batches = data.stream(path, batch_size, encoding, of_words, self.encoding)
        return word_rows.whole(batches) if of_words else batches

    def canonical(self, rows: Rows, named: Mapping[str, str] | None) -> tuple[Rows, dict[str, str]]:
        """Raw `rows` as the model reads them, and which columns these are; `named` by the user, by the names they had
        in training, or by usual ones. Raises `DataError` where one is not there."""
        known = self.named(rows, named)
        self._require(rows, known)
        return data.canonical(rows, self.task, known, need_target=False, parting=self.parting)

    def _require(self, rows: Rows, known: Mapping[str, str]) -> None:
        """Raise `DataError` where a column that the model was trained on is not there, nor is one to take for it."""
        lacking = {name: raw for name, raw in self.columns.items() if name in self.task.inputs and name not in known}
        names = list(self.task.unpack(rows).columns) if lacking else []
        if not lacking or len(names) == 1:
            return
        found = by_name(names, self.task, known, False, rows.source)
        if absent := [name for name in lacking if name not in found]:
            ways = " and ".join(f"{flags(self.task)[name]} NAME" for name in absent)
            way_out = other_encoding(names) or f"name what holds such texts with {ways}{headless(names)}"
            raise DataError(
                f"{f'{rows.source}: ' if rows.source else ''}expected the column "
                f"{' and '.join(repr(lacking[name]) for name in absent)}, which the model was trained on, found the "
                f"columns {', '.join(shown(name, 60) for name in names[:20])}; {way_out}"
            )

    def required(self, rows: Rows, path: object, named: Mapping[str, str]) -> tuple[Rows, dict[str, str]]:
        """`canonical` of rows of the file `path`, which must have as many columns of texts as the model reads."""
        found = self.canonical(rows, named)
        if self.columns and not self.takes_pairs and "text_pair" in named:
            raise ConfigError(f"--text-pair {named['text_pair']}: this model reads single texts; leave it out")
        self.require_pairs(found[0], path, "--text-pair")
        return found

    def require_pairs(self, rows: Rows, source: object, how: str) -> None:
        """Raise `DataError` where the second text is missing of the pairs that the model reads."""
        if self.takes_pairs and "text_pair" not in rows:
            raise DataError(f"{source}: this model reads pairs of texts; name the second column with {how}")

    def named(self, rows: Rows, named: Mapping[str, str] | None, target: bool = False) -> dict[str, str]:
        """Canonical -> raw names of the columns of `rows` that are `named`, or called as in training; with `target`
        also that of the answers."""
        known = {name: raw for name, raw in self.columns.items() if joined.there(raw, rows.columns)}
        if not target:
            known.pop(self.task.target, None)
        return known | dict(named or {})


def require_probabilities(task: Task) -> None:
    """Raise `ConfigError` where the answers of `task` are not labels of a text."""
    if not task.shape.form.CLASSES:
        raise ConfigError(
            f"{task.name} has no probabilities: its answers are {task.shape.value}; ask for answers alone"
        )


def of(artifact: Path) -> Purpose | None:
    """That of the model in the folder `artifact`; None where an earlier version did not write it down.

    Raises `ArtifactError` for a damaged or foreign folder.
    """
    name, columns, parting = described(artifact)
    if name not in (*tasks.names(), *tasks.ALIASES):
        return None
    return Purpose(tasks.get(str(name)), columns, parting, encoding_of(artifact))


def described(artifact: Path) -> tuple[str | None, Mapping[str, str], Parting]:
    """The name of its task, its columns, and how it parts texts into words, as its folder or the run around it says."""
    facts = predictors.read_common_facts(artifact)
    # A folder of an earlier version does not say itself what it is for.
    run = saved_run.read(artifact.parent.parent) if artifact.parent.name == MODELS and facts.task is None else None
    name, columns = (run.task.name, run.data.columns) if run else (facts.task, facts.columns)
    return name, columns, facts.parting or BLANKS


def encoding_of(artifact: Path) -> str | None:
    """The encoding that was named for the files of the run around `artifact`, None where there is no such run."""
    described = artifact.resolve().parent.parent / DESCRIBED
    if artifact.resolve().parent.name != MODELS or not described.is_file():
        return None
    try:
        named = (read_yaml(described).get("data") or {}).get("encoding")
    except ConfigError:
        return None
    return named if isinstance(named, str) else None
