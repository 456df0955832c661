"""`transferkit evaluate`: scores of a trained model on a labelled file."""

import json
from pathlib import Path
from typing import Annotated

import typer

from transferkit import locales
from transferkit.cli import console, summary
from transferkit.cli.everywhere import (
    Columns,
    Debug,
    Encoding,
    Language,
    MeasuredPrecision,
    Quiet,
    SecondColumns,
    Threads,
    named_columns,
)
from transferkit.cli.output import Overwrite, checked
from transferkit.disk import whole_file
from transferkit.locales import ENGLISH
from transferkit.progress import progress

EXAMPLES = ("transferkit evaluate runs/trec labelled.csv",)


def command(
    run: Annotated[Path, typer.Argument(help="run folder, or the folder of one model")],
    file: Annotated[
        Path, typer.Argument(help="labelled file: csv, tsv, txt, json, jsonl or parquet; plain, .gz or .xz")
    ],
    route: Annotated[str | None, typer.Option(help="route of the run [default: its best]")] = None,
    output: Annotated[Path | None, typer.Option(help="new .json file to write all scores to")] = None,
    overwrite: Overwrite = False,
    encoding: Encoding = None,
    text: Columns = None,
    text_pair: SecondColumns = None,
    label: Annotated[list[str] | None, typer.Option(help="name of the label column, or of one per label")] = None,
    label_separator: Annotated[str | None, typer.Option(help="what separates several labels of a row")] = None,
    label_names: Annotated[str | None, typer.Option(help="names of labels that a row has as a vector")] = None,
    precision: MeasuredPrecision = None,
    threads: Threads = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="let the model run Python code that came with it")
    ] = False,
    language: Language = ENGLISH,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Judge a trained model on the labelled rows of FILE, with 95 % intervals and per class."""
    say = locales.get(language)
    if output:
        checked(output, (".json",), file, run, overwrite)
    from transferkit.cli.answering import answering
    from transferkit.evaluation.document import scores_to_json

    with progress(f"loading the model in {run}"):
        model = answering(run, route, False, trust_remote_code, precision, threads)
    named = named_columns({"text": text, "text_pair": text_pair, model.task.target: label})
    names = tuple(name.strip() for name in label_names.split(",")) if label_names else ()
    scores = model.evaluate(file, named, encoding, label_separator=label_separator, label_names=names)
    summary.print_scores(console.out(), scores, say)
    if output:
        with whole_file(output, overwrite) as draft:
            draft.write_text(json.dumps(scores_to_json(scores), indent=2, ensure_ascii=False), encoding="utf-8")
