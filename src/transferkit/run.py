"""`transferkit.fit` and `transferkit.look`: the same as the commands, called from Python."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transferkit import keywords, options
from transferkit.config import parse
from transferkit.data import Overview
from transferkit.errors import ArtifactError, ConfigError, TransferkitError, shown
from transferkit.evaluation.results import RouteResult, RunResult
from transferkit.intake import begin
from transferkit.intake import look as look_at
from transferkit.places import usable_path
from transferkit.plain_table import WIDTH, as_text

if TYPE_CHECKING:
    from transferkit.comparison import Paired
    from transferkit.model import Model


@dataclass(frozen=True)
class Run:
    """A finished run. Printing it shows the table; `result` has every number in it."""

    result: RunResult

    @property
    def folder(self) -> Path:
        """Where report, table and models lie."""
        assert self.result.config.output_dir is not None
        return self.result.config.output_dir

    @property
    def best(self) -> RouteResult:
        """The best route."""
        return self.result.route(self.result.best)

    @property
    def cheapest(self) -> RouteResult | None:
        """The fastest route that is shown to be as good as the best, None where the rows are too few to tell."""
        return self.result.route(self.result.cheapest) if self.result.cheapest else None

    def model(self, name: str | None = None) -> "Model":
        """The model of the route called `name`, by default the best one's."""
        from transferkit.model import load

        return load(self.folder, name)

    def __str__(self) -> str:
        from transferkit.evaluation.leaderboard import render

        return as_text([render(self.result, WIDTH)])

    __repr__ = __str__


def _option_of_routes(name: str) -> str:
    routes = options.with_option(name)
    return f"{name} is an option of routes: routes=[{{{routes[0]!r}: {{{name!r}: ...}}}}]" if routes else ""


@keywords.known(_option_of_routes)
def fit(
    data: Any,
    *,
    model: str | None = None,
    revision: str | None = None,
    task: str | None = None,
    routes: str | Sequence[str | Mapping[str, Any]] = ("auto",),
    validation: Any = None,
    test: Any = None,
    encoding: str | None = None,
    text: str | Sequence[str] | None = None,
    text_pair: str | Sequence[str] | None = None,
    label: str | Sequence[str] | None = None,
    label_separator: str | None = None,
    label_names: str | Sequence[str] = (),
    group: str | None = None,
    time: str | None = None,
    weight: str | None = None,
    test_size: float | None = None,
    validation_size: float = 0.1,
    folds: int | str = "auto",
    keep_leaks: bool = False,
    unlabelled: str | None = None,
    prompt: str | None = None,
    instruction: str | None = None,
    generation: Mapping[str, Any] | None = None,
    answer_tokens: int | None = None,
    max_length: int | None = None,
    long_texts: str = "cut",
    precision: str = "auto",
    threads: int | None = None,
    margin: float = 1.0,
    seed: int = 0,
    seeds: int = 1,
    offline: bool = False,
    trust_remote_code: bool = False,
    output_dir: str | Path | None = None,
    cache_dir: str | Path | None = None,
    resume: bool = False,
) -> Run:
    """Train every one of `routes` and a baseline on `data`, compare them on held-out rows, and save all of it.

    `data`, `validation` and `test` are each a file, a DataFrame, a `datasets` object, a mapping of columns or a
    list or stream of mappings; `data` may also be a catalogue name such as "trec", a hub data set, or all splits in a
    mapping. A route is a name, or {name: {option: value}}. The other parameters are the fields of `RunConfig`
    and `DataConfig`, where they are described. `resume` continues an unfinished run in `output_dir`.

    Raises a `TransferkitError` with one sentence on what was expected, what was found and what to do.

    >>> run = transferkit.fit("trec", routes=["feature_transfer", {"full": {"epochs": 3}}])  # doctest: +SKIP
    >>> run.model().predict(["Who wrote Ulysses ?"])                                         # doctest: +SKIP
    ['HUM']
    """
    config = parse(
        {
            "data": {
                **_described(data, validation, test),
                "encoding": encoding,
                "text": text,
                "text_pair": text_pair,
                "label": label,
                "label_separator": label_separator,
                "label_names": label_names,
                "group": group,
                "time": time,
                "weight": weight,
                "test_size": test_size,
                "validation_size": validation_size,
                "folds": folds,
                "keep_leaks": keep_leaks,
            },
            "model": model,
            "revision": revision,
            "task": task,
            "routes": routes,
            "unlabelled": unlabelled,
            "prompt": prompt,
            "instruction": instruction,
            "generation": dict(generation) if isinstance(generation, Mapping) else generation or {},
            "answer_tokens": answer_tokens,
            "max_length": max_length,
            "long_texts": long_texts,
            "precision": precision,
            "threads": threads,
            "margin": margin,
            "seed": seed,
            "seeds": seeds,
            "offline": offline,
            "trust_remote_code": trust_remote_code,
            "output_dir": output_dir,
            "cache_dir": cache_dir,
        }
    )
    with _naming_arguments():
        intake = begin(config, _table_of(data, validation, test, encoding), resume)
        from transferkit import flow
        from transferkit.sources.hush import hushed

        with hushed():
            return Run(flow.finish(intake, resume))


@keywords.known(_option_of_routes)
def look(
    data: Any,
    *,
    task: str | None = None,
    validation: Any = None,
    test: Any = None,
    encoding: str | None = None,
    text: str | Sequence[str] | None = None,
    text_pair: str | Sequence[str] | None = None,
    label: str | Sequence[str] | None = None,
    label_separator: str | None = None,
    label_names: str | Sequence[str] = (),
    group: str | None = None,
    time: str | None = None,
    weight: str | None = None,
) -> Overview:
    """What `fit` would read `data` as: encoding, columns, labels, a row as it is learned, and what is odd.

    The parameters are those of `fit`. Where the rows cannot be used, `problem` of the overview says why. Raises a
    `TransferkitError` where there are none to be looked at.

    >>> transferkit.look("reviews.csv", label="category")  # doctest: +SKIP
    """
    columns = {"text": text, "text_pair": text_pair, "label": label}
    columns |= {"group": group, "time": time, "weight": weight}
    labels = {"label_separator": label_separator, "label_names": label_names}
    where = _described(data, validation, test) | {"encoding": encoding}
    config = parse({"data": {**where, **columns, **labels}, "task": task})
    with _naming_arguments():
        return look_at(config, _table_of(data, validation, test, encoding))


def compare(first: Run | str | Path, second: Run | str | Path) -> "Paired":
    """The routes of two finished runs, each a `Run` or its folder, side by side, as `transferkit compare` prints them.

    Where both were judged on the same rows, `tests` says by route, and under "best", how much better the second run is
    and whether a paired test tells that from chance. Raises `ArtifactError` for a folder without a finished run,
    `ConfigError` for runs of two tasks.

    >>> transferkit.compare("runs/trec", run).of_best.words  # doctest: +SKIP
    'not significantly different from feature_transfer of trec (p = 0.41)'
    """
    from transferkit.comparison import compared

    return compared(_folder_of(first), _folder_of(second))


def _folder_of(run: Any) -> Path:
    if isinstance(run, Run):
        return run.folder
    if not isinstance(run, str | Path):
        raise ConfigError(f"expected a run or its folder, found {shown(run)}")
    try:
        return usable_path(run)
    except ValueError as error:
        raise ArtifactError(f"no run in {shown(str(run))}: {error}") from None


def _described(data: Any, validation: Any, test: Any) -> dict[str, Any]:
    """What a description says of where the rows are; of a table in memory its type."""
    if data is None or isinstance(data, bytes | int | float):
        raise ConfigError(f"expected data: a file, a DataFrame, a data set's name ...; found {shown(data)}")
    further = {"validation": validation, "test": test}
    files = {name: str(place) for name, place in further.items() if place is not None and _is_file(place)}
    return {"path": str(data) if isinstance(data, str | Path) else type(data).__name__, **files}


def _table_of(data: Any, validation: Any, test: Any, encoding: str | None) -> Any:
    """The tables in memory; None where all of them are files."""
    if isinstance(data, str | Path) and all(_is_file(part) for part in (validation, test)):
        return None
    return _table(data, validation, test, encoding)


@contextmanager
def _naming_arguments() -> Iterator[None]:
    """A refusal that names flags of the command line says in a note what they are called in Python."""
    try:
        yield
    except TransferkitError as error:
        flags = dict.fromkeys(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", str(error)))
        known = [f"{name}=..." for flag in flags if (name := flag.replace("-", "_")) in signature(fit).parameters]
        if known:
            error.add_note(f"in Python: {', '.join(known)}")
        raise


def _is_file(value: Any) -> bool:
    return value is None or isinstance(value, str | Path)


def _table(data: Any, validation: Any, test: Any, encoding: str | None) -> Any:
    """All tables that are not files, as one mapping of splits where there are several."""
    from transferkit.data import read_splits

    given = {name: value for name, value in (("validation", validation), ("test", test)) if not _is_file(value)}
    return read_splits(data, encoding=encoding, **given) if given else data
