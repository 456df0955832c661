"""`transferkit predict`: answers for the rows of a file of any size, of standard input, or for a text."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transferkit.cli import answer_files
from transferkit.cli.answers import predicted_lines, write_answers
from transferkit.cli.everywhere import Debug, Encoding, MeasuredPrecision, Quiet, Threads, named_columns
from transferkit.cli.keeping import Keep, Keeping
from transferkit.cli.output import Overwrite, checked
from transferkit.data import joined
from transferkit.errors import ConfigError, DataError, nearest, shown
from transferkit.language.words import has_signs
from transferkit.reading import charset, piped, separated

if TYPE_CHECKING:
    from transferkit.answer_records import Answers
    from transferkit.artifact.purpose import Purpose
    from transferkit.model import Model
    from transferkit.table.rows import Rows

log = logging.getLogger("transferkit")

_WORDS_OF_A_NAME = 2

EXAMPLES = (
    "transferkit predict runs/trec new.csv",
    "transferkit predict runs/trec new.csv --probabilities --output answers.csv",
)


def command(
    run: Annotated[Path, typer.Argument(help="run folder, or the folder of one model")],
    file: Annotated[
        Path | None,
        typer.Argument(
            help="csv, tsv, txt (a text per line), json, jsonl, xlsx or parquet file; plain, .gz or .xz; "
            "- for standard input",
            show_default=False,
        ),
    ] = None,
    route: Annotated[str | None, typer.Option(help="route of the run [default: its best]")] = None,
    cheapest: Annotated[bool, typer.Option("--cheapest", help="the fastest route that is as good")] = False,
    keep: Annotated[
        Keep, typer.Option(help="your columns beside the answers: none, those that were read (inputs), or all")
    ] = Keep.ALL,
    output: Annotated[
        Path | None,
        typer.Option(help=f"new file: {', '.join(answer_files.suffixes())} [default: JSON lines on stdout]"),
    ] = None,
    overwrite: Overwrite = False,
    format: Annotated[
        str | None,
        typer.Option(help="what standard input is: csv, tsv, txt, jsonl ... [default: detected by its content]"),
    ] = None,
    encoding: Encoding = None,
    text: Annotated[
        list[str] | None,
        typer.Option(
            "--text",
            help="name of the text column of FILE; several, title,body, are joined. Without FILE: the text itself",
            show_default=False,
        ),
    ] = None,
    text_pair: Annotated[
        list[str] | None,
        typer.Option(
            "--text-pair",
            help="name of the second text column of FILE. Without FILE: the second text itself",
            show_default=False,
        ),
    ] = None,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="write that of every label, in tables as probability_LABEL")
    ] = False,
    batch_size: Annotated[int, typer.Option(min=1, max=1_000_000, help="rows held in memory at a time")] = 1000,
    precision: MeasuredPrecision = None,
    threads: Threads = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="let the model run Python code that came with it")
    ] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Answer every row of FILE, or the text given with --text, in their order; memory does not grow with the file.

    transferkit predict runs/trec new.csv --output answers.csv

    transferkit predict runs/trec --text "Who wrote Ulysses ?"
    """
    if route and cheapest:
        raise ConfigError("--route and --cheapest exclude each other; give one of them")
    _refuse_odd(file, format, text, text_pair)
    if output:
        checked(output, answer_files.suffixes(), file, run, overwrite)
    form = answer_files.of(output) if output else answer_files.jsonl
    keeping = Keeping(keep, form.TABLE, form.NESTED, probabilities)
    from transferkit.artifact import purpose
    from transferkit.artifact.chosen import chosen
    from transferkit.cli.answering import answering

    found = chosen(run, route, cheapest)
    load = partial(answering, found, run, trust_remote_code, precision, threads)
    model, meant = None, purpose.of(found.folder)
    if meant is None:  # of an earlier version, which has to be loaded to know
        model = load()
        meant = model.purpose
    if probabilities:
        purpose.require_probabilities(meant.task)
    if file is None:
        _require_texts(meant, text_pair)
    empty = 0
    named = named_columns({"text": text, "text_pair": text_pair})
    with _opened(file, format, meant, named, batch_size, encoding) as opened:
        model = model or load()
        answered = (
            _of_rows(model, opened, named, _called(file)) if opened else iter((_of_texts(model, text, text_pair),))
        )
        marked, delimiter = (opened.marked, opened.delimiter) if opened else (False, ",")
        with write_answers(output, overwrite, marked, delimiter) as write:
            for answers in answered:
                empty += answers.values.count(None)
                write(keeping.columns(answers))
    keeping.finish()
    if empty:
        words = "row of %s has no text; its answer is" if empty == 1 else "rows of %s have no text; their answers are"
        log.warning(f"%d {words} null", empty, _called(file))


def _refuse_odd(
    file: Path | None, form: str | None, text: Sequence[str] | None, text_pair: Sequence[str] | None
) -> None:
    if file is None and not text:
        raise ConfigError("expected FILE, - for standard input, or a text with --text; found none of them")
    if file is not None and not file.suffix and _is_sentence(str(file)) and not file.exists():
        raise ConfigError(f"{shown(str(file))}: there is no such file; to answer a text itself, put --text before it")
    if form is not None and str(file) != piped.NAME:
        raise ConfigError("--format is for standard input (-); a file says by its suffix what it is")
    if file is None and text_pair and len(text_pair) != len(text or ()):
        raise ConfigError("without FILE, --text and --text-pair are texts; give as many of the one as of the other")


def _is_sentence(name: str) -> bool:
    return len(name.split()) > _WORDS_OF_A_NAME or has_signs(name)


@dataclass(frozen=True)
class _Opened:
    """Rows of a file on their way, and the path that they are read from. Answers in a table are `marked` as UTF-8 where
    the file is so, or is in another encoding, as of programs that take what has no mark for their own; as CSV they have
    the `delimiter` of a CSV file."""

    batches: "Iterator[Rows]"
    path: Path
    marked: bool
    delimiter: str


@contextmanager
def _opened(
    file: Path | None,
    form: str | None,
    meant: "Purpose",
    named: Mapping[str, str],
    batch_size: int,
    encoding: str | None,
) -> "Iterator[_Opened | None]":
    """The rows of `file`. The first ones have been read by then, and are such that a model that is `meant` for them can
    answer them. None where there is no file."""
    if file is None:
        yield None
        return
    columns = [*meant.columns.values(), *named.values()]
    with piped.as_file(form, columns, encoding) if str(file) == piped.NAME else nullcontext(file) as path:
        batches = meant.stream(path, batch_size, encoding)
        first = next(batches, None)
        if first is not None:
            _require(meant, first, file, named)
        marked = first is not None and (first.encoding not in ("", "UTF-8") or charset.is_marked(path))
        delimiter = separated.delimiter(path, first.encoding) if first is not None else ","
        yield _Opened(chain([] if first is None else [first], batches), path, marked, delimiter)


def _require(meant: "Purpose", first: "Rows", file: Path, named: Mapping[str, str]) -> None:
    """Raise an error where a model that is `meant` for other rows cannot answer these `first` ones of `file`."""
    try:
        meant.required(first.take(range(min(1, len(first)))), file, named)
    except DataError:
        texts = [raw for raw in named.values() if not joined.there(raw, first.columns) and _is_text(raw, first)]
        if not texts:
            raise
        flag = next(f"--{name.replace('_', '-')}" for name, raw in named.items() if raw == texts[0])
        columns = ", ".join(shown(name, 60) for name in [*first.columns][:20])
        raise ConfigError(
            f"{flag} {shown(texts[0])}: with a file, {flag} is the name of its column, and {_called(file)} has "
            f"{columns}; name one of these, or leave {file} out to answer the text itself"
        ) from None


def _require_texts(meant: "Purpose", seconds: Sequence[str] | None) -> None:
    """Raise an error where texts of the command line are no pairs as the model reads them, or are but it does not."""
    if meant.takes_pairs and not seconds:
        raise ConfigError("this model reads pairs of texts; give the second one with --text-pair")
    if seconds and not meant.takes_pairs:
        raise ConfigError(f"--text-pair {shown(seconds[0])}: this model reads single texts; leave it out")


def _is_text(raw: str, rows: "Rows") -> bool:
    """Whether what is named as a column is a text, not the name of one with a mistake in it."""
    return len(raw.split()) > _WORDS_OF_A_NAME or nearest(raw, rows.columns) is None


def _of_rows(model: "Model", opened: _Opened, named: Mapping[str, str], called: str) -> "Iterator[Answers]":
    return predicted_lines(model.streamed(opened.batches, called, named), opened.path)


def _of_texts(model: "Model", texts: Sequence[str] | None, seconds: Sequence[str] | None) -> "Answers":
    given: Mapping[str, Sequence[str]] = {"text": list(texts or ())}
    if not seconds:
        answers = model.answers(given["text"])
    else:
        given = {**given, "text_pair": list(seconds)}
        answers = model.answers(list(zip(*given.values(), strict=True)))
    return replace(answers, given=given, inputs=tuple(given))


def _called(file: Path | None) -> str:
    return "--text" if file is None else "standard input" if str(file) == piped.NAME else str(file)
