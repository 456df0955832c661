"""`transferkit predict`: labels for the rows of a file of any size."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from transferkit.cli.answers import WRITTEN, predicted_lines, write_answers
from transferkit.cli.everywhere import (
    Columns,
    Debug,
    Encoding,
    MeasuredPrecision,
    Quiet,
    SecondColumns,
    Threads,
    named_columns,
)
from transferkit.cli.output import Overwrite, checked
from transferkit.errors import ConfigError

log = logging.getLogger("transferkit")

EXAMPLES = (
    "transferkit predict runs/trec new.csv",
    "transferkit predict runs/trec new.csv --probabilities --output answers.csv",
)


def command(
    run: Annotated[Path, typer.Argument(help="run folder, or the folder of one model")],
    file: Annotated[Path, typer.Argument(help="csv, tsv, txt, json, jsonl or parquet file; plain, .gz or .xz")],
    route: Annotated[str | None, typer.Option(help="route of the run [default: its best]")] = None,
    cheapest: Annotated[bool, typer.Option("--cheapest", help="the fastest route that is as good")] = False,
    output: Annotated[Path | None, typer.Option(help="new .jsonl or .csv file [default: lines on stdout]")] = None,
    overwrite: Overwrite = False,
    encoding: Encoding = None,
    text: Columns = None,
    text_pair: SecondColumns = None,
    probabilities: Annotated[bool, typer.Option("--probabilities", help="write that of every label")] = False,
    batch_size: Annotated[int, typer.Option(min=1, max=1_000_000, help="rows held in memory at a time")] = 1000,
    precision: MeasuredPrecision = None,
    threads: Threads = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="let the model run Python code that came with it")
    ] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Answer every row of FILE, in its order; memory does not grow with the file."""
    if route and cheapest:
        raise ConfigError("--route and --cheapest exclude each other; give one of them")
    writer = write_answers(checked(output, WRITTEN, file, run, overwrite) if output else None, overwrite)
    from transferkit.model import load

    model = load(run, route, cheapest, trust_remote_code=trust_remote_code, precision=precision)
    from transferkit.sources.threads import use  # needs torch, as the model that is loaded does

    use(threads)
    if probabilities:
        model.require_probabilities()
    named = named_columns({"text": text, "text_pair": text_pair})
    with writer as write:
        empty = 0
        for answers in predicted_lines(model.stream(file, named, batch_size, encoding), file):
            empty += answers.values.count(None)
            write(answers, probabilities)
    if empty:
        words = "row of %s has no text; its answer is" if empty == 1 else "rows of %s have no text; their answers are"
        log.warning(f"%d {words} null", empty, file)
