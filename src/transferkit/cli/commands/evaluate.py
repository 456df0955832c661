"""`transferkit evaluate`: scores of a trained model on a labelled file."""

import json
from pathlib import Path
from typing import Annotated

import typer

from transferkit.cli import console, summary
from transferkit.cli.everywhere import Debug, Encoding, Quiet
from transferkit.cli.output import Overwrite, checked
from transferkit.disk import whole_file


def command(
    run: Annotated[Path, typer.Argument(help="run folder, or the folder of one model")],
    file: Annotated[Path, typer.Argument(help="labelled file: csv, tsv, jsonl or parquet; plain, .gz or .xz")],
    route: Annotated[str | None, typer.Option(help="route of the run [default: its best]")] = None,
    output: Annotated[Path | None, typer.Option(help="new .json file to write all scores to")] = None,
    overwrite: Overwrite = False,
    encoding: Encoding = None,
    text: Annotated[str | None, typer.Option(help="name of the text column")] = None,
    text_pair: Annotated[str | None, typer.Option(help="name of the second text column")] = None,
    label: Annotated[str | None, typer.Option(help="name of the label column")] = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="let the model run Python code that came with it")
    ] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Judge a trained model on the labelled rows of FILE, with 95 % intervals and per class."""
    if output:
        checked(output, (".json",), file, run, overwrite)
    from transferkit.evaluation.document import scores_to_json
    from transferkit.model import load

    model = load(run, route, trust_remote_code=trust_remote_code)
    asked = (("text", text), ("text_pair", text_pair), (model.task.target, label))
    named = {name: raw for name, raw in asked if raw}
    scores, findings = model.evaluate(file, named, encoding)
    summary.print_scores(console.out(), scores, findings)
    if output:
        with whole_file(output, overwrite) as draft:
            draft.write_text(json.dumps(scores_to_json(scores), indent=2, ensure_ascii=False), encoding="utf-8")
