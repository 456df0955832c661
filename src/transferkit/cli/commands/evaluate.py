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
from transferkit.places import listed
from transferkit.progress import progress

EXAMPLES = ("transferkit evaluate runs/trec labelled.csv",)


def command(
    run: Annotated[Path, typer.Argument(help="run folder, or the folder of one model")],
    file: Annotated[
        Path, typer.Argument(help="labelled file: csv, tsv, txt, json, jsonl, xlsx or parquet; plain, .gz or .xz")
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
    from transferkit import data
    from transferkit.artifact import purpose
    from transferkit.artifact.chosen import chosen
    from transferkit.cli.answering import answering
    from transferkit.evaluation.document import scores_to_json

    found = chosen(run, route)
    inputs = named_columns({"text": text, "text_pair": text_pair})
    rows = data.read(file, encoding, usual=purpose.encoding_of(found.folder))
    if meant := purpose.of(found.folder):
        meant.canonical(rows.take(range(min(1, len(rows)))), inputs)
    with progress(f"loading the model in {run}"):
        model = answering(found, run, trust_remote_code, precision, threads)
    named = inputs | named_columns({model.task.target: label})
    names = tuple(listed(label_names)) if label_names else ()
    scores = model.evaluate(rows, named, label_separator=label_separator, label_names=names)
    summary.print_scores(console.out(), scores, say)
    if output:
        with whole_file(output, overwrite) as draft:
            draft.write_text(json.dumps(scores_to_json(scores), indent=2, ensure_ascii=False), encoding="utf-8")
