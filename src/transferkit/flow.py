"""The whole product on one page: rows and a pretrained model in; table, report and artifacts out."""

from dataclasses import replace
from typing import Any

from transferkit import planning, starting
from transferkit.artifact import learned_rows
from transferkit.artifact.predictions import write_predictions
from transferkit.artifact.run_folder import RESULTS, Finished, RunFolder, opened
from transferkit.artifact.verify import verify_in_fresh_process
from transferkit.config import RunConfig
from transferkit.data import fingerprints
from transferkit.encoding.once import tokenised_once
from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.document import write_json
from transferkit.evaluation.leaderboard import write_csv
from transferkit.evaluation.results import RunResult, Skipped
from transferkit.intake import Intake, begin
from transferkit.job import UntrainedError
from transferkit.judging import judge
from transferkit.planning import Prepared
from transferkit.report.model_card import write_model_card
from transferkit.report.page import write_report
from transferkit.routes import Plan
from transferkit.transfer import CrossValidated, cross_validate, train_routes


def fit(config: RunConfig, table: Any = None, resume: bool = False) -> RunResult:
    """Run the description: read, audit, split, train every route, judge all on the test rows, report.

    `table` stands in for the file that `config.data.path` names: a DataFrame, a `datasets` object or
    columns. `resume` goes on in an unfinished run folder.
    """
    return finish(begin(config, table, resume), resume)


@tokenised_once()
def finish(intake: Intake, resume: bool = False) -> RunResult:
    """What `fit` does once the rows are read."""
    prepared = planning.with_model(intake)
    plans, skipped = planning.applicable(prepared)
    with opened(prepared.config, prepared.folder, resume) as run:
        run.refuse_dropped()
        run.require_free(plan.title for plan in plans)
        rows = prepared.splits, prepared.task
        run.expect(fingerprints.of(*rows), fingerprints.of_unlabelled(*rows))
        starts = starting.folders(prepared.config, prepared.plans)
        run.ledger.expect_models(starting.fingerprints(prepared.backbones.values(), starts, prepared.cache_dir))
        with run.written(learned_rows.NAME) as draft:
            learned_rows.note(draft, prepared.splits, prepared.task, starts.values())
        trained, skipped, folded = _all_trained(prepared, run, plans, skipped)
        verify_in_fresh_process(run, prepared.config.trust_remote_code)
        result = _kept(judge(prepared, run, trained, skipped, folded))
        leave_behind(result, run)
    return result


def _all_trained(
    prepared: Prepared, run: RunFolder, plans: list[Plan], skipped: list[Skipped]
) -> tuple[dict[str, list[Finished]], list[Skipped], CrossValidated | None]:
    """What every route has become. One that cannot be trained, as turns out on the way, is skipped with the reason, and
    so are those that wanted to learn from it; the others go on."""
    failed: dict[str, str] = {}
    while True:
        try:
            folded = cross_validate(prepared, run, plans) if prepared.splits.folds else None
            return train_routes(prepared, run, plans), skipped, folded
        except UntrainedError as error:
            if error.title in failed or any(p.title == error.title and p.kind == BASELINE for p in plans):
                raise error.error from None
            failed[error.title] = str(error)
            plans, skipped = planning.applicable(prepared, failed)


def _kept(result: RunResult) -> RunResult:
    """`result` with a note at every route whose model is not to stay. No model needs another one to answer."""
    if result.config.keep == "all":
        return result
    stay, note = {result.best, result.cheapest}, "its model was not kept (keep: best)"
    routes = [
        route
        if route.name in stay or route.route == BASELINE
        else replace(route, kept=False, notes=(*route.notes, note))
        for route in result.routes
    ]
    return replace(result, routes=tuple(routes))


def leave_behind(result: RunResult, run: RunFolder) -> None:
    """Write table, predictions, report and model cards; drop what only an unfinished run needs."""
    cards = {route.name: f"{route.artifact}/README.md" for route in result.routes if route.kept}
    for name in (*RESULTS, *cards.values()):
        run.ledger.require_ours(name)
    for name, write in (
        ("leaderboard.csv", write_csv),
        ("run.json", write_json),
        ("predictions.csv", write_predictions),
        ("report.html", write_report),
    ):
        with run.written(name) as draft:
            write(result, draft)
    for route, name in cards.items():
        with run.written(name) as draft:
            write_model_card(result, route, draft)
    run.drop_artifacts(route.name for route in result.routes if not route.kept)
    run.clear_work()
