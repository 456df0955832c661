"""`transferkit fit`: train every asked-for route, judge all on the test rows, leave a table, a report and models."""

from pathlib import Path
from typing import Annotated

import typer

from transferkit import locales, options, tasks
from transferkit.cli import completion, console, summary
from transferkit.cli.description import described, flag
from transferkit.cli.everywhere import Debug, Quiet
from transferkit.config import DESCRIBED, DataConfig, resuming
from transferkit.errors import InterruptedRunError
from transferkit.intake import begin, take_in

EXAMPLES = (
    "transferkit fit reviews.csv",
    "transferkit fit tickets.csv --text subject,body --label queue --routes full,static --set full.epochs=3",
    "transferkit fit trec --routes feature_transfer --output-dir runs/trec",
)
NOT_IN_SCHEMA = ("config", "set", "resume", "dry_run", "quiet", "debug")


def command(
    context: typer.Context,
    data: Annotated[
        str | None,
        typer.Argument(help=DataConfig.model_fields["path"].description, autocompletion=completion.data),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with the same settings; flags win over it")] = None,
    model: Annotated[list[str] | None, flag("model", metavar="NAME", complete=completion.model)] = None,
    revision: Annotated[str | None, flag("revision")] = None,
    task: Annotated[str | None, flag("task", values=tasks.names(), complete=completion.task)] = None,
    routes: Annotated[
        str | None, flag("routes", metavar="NAME,NAME", values=options.names(), complete=completion.routes)
    ] = None,
    set: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROUTE.OPTION=VALUE",
            help="an option of a route, such as full.epochs=3",
            autocompletion=completion.setting,
        ),
    ] = None,
    validation: Annotated[str | None, flag("validation")] = None,
    test: Annotated[str | None, flag("test")] = None,
    encoding: Annotated[str | None, flag("encoding")] = None,
    text: Annotated[list[str] | None, flag("text", metavar="COLUMN")] = None,
    text_pair: Annotated[list[str] | None, flag("text_pair", metavar="COLUMN")] = None,
    label: Annotated[list[str] | None, flag("label", metavar="COLUMN")] = None,
    label_separator: Annotated[str | None, flag("label_separator")] = None,
    label_names: Annotated[str | None, flag("label_names")] = None,
    group: Annotated[str | None, flag("group")] = None,
    time: Annotated[str | None, flag("time")] = None,
    weight: Annotated[str | None, flag("weight")] = None,
    test_size: Annotated[float | None, flag("test_size")] = None,
    validation_size: Annotated[float | None, flag("validation_size")] = None,
    folds: Annotated[str | None, flag("folds", metavar="auto|K")] = None,
    keep_leaks: Annotated[bool | None, flag("keep_leaks")] = None,
    unlabelled: Annotated[str | None, flag("unlabelled")] = None,
    prompt: Annotated[str | None, flag("prompt")] = None,
    instruction: Annotated[str | None, flag("instruction")] = None,
    generation: Annotated[
        list[str] | None, flag("generation", metavar="NAME=VALUE", complete=completion.generation)
    ] = None,
    answer_tokens: Annotated[int | None, flag("answer_tokens")] = None,
    max_length: Annotated[int | None, flag("max_length")] = None,
    long_texts: Annotated[str | None, flag("long_texts")] = None,
    precision: Annotated[str | None, flag("precision", metavar="auto|fp32|bf16|fp16")] = None,
    keep: Annotated[str | None, flag("keep", metavar="all|best")] = None,
    half_weights: Annotated[bool | None, flag("half_weights")] = None,
    threads: Annotated[int | None, flag("threads")] = None,
    margin: Annotated[float | None, flag("margin")] = None,
    seed: Annotated[int | None, flag("seed")] = None,
    seeds: Annotated[int | None, flag("seeds")] = None,
    offline: Annotated[bool | None, flag("offline")] = None,
    trust_remote_code: Annotated[bool | None, flag("trust_remote_code")] = None,
    language: Annotated[str | None, flag("language", metavar="en|zh")] = None,
    output_dir: Annotated[Path | None, flag("output_dir")] = None,
    cache_dir: Annotated[Path | None, flag("cache_dir")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on in an unfinished run folder")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be trained, in what time")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Train the asked-for routes and a baseline on DATA, compare them on held-out rows, save all of it."""
    flags = {name: value for name, value in context.params.items() if name not in (*NOT_IN_SCHEMA, "data")}
    run = described({**flags, "path": data}, config, set or (), resume)
    if dry_run:
        intake = take_in(run)
        from transferkit import estimate

        summary.print_estimate(console.out(), estimate.of_run(intake), locales.get(run.language))
        return
    try:
        intake = begin(run, resume=resume)
        from transferkit.run import finish

        result = finish(intake, resume)
    except KeyboardInterrupt:
        assert run.output_dir is not None
        raise InterruptedRunError(_way_on(run.output_dir)) from None
    summary.print_result(console.out(), result)


def _way_on(folder: Path) -> str:
    if (folder / DESCRIBED).exists():
        return f"stopped, what was done is kept; go on with: {resuming(folder)}"
    return "stopped before anything was trained; the same command starts again"
