"""A route that turns out not to be trainable is skipped with its reason; what learns from it too; the others go on."""

from pathlib import Path
from typing import Any

import pytest

import transferkit
from tiny_models import save_model, some_rows
from transferkit import routes
from transferkit.context import Context
from transferkit.errors import ConfigError, ResourceError, TransferkitError
from transferkit.routes import Outcome, Plan

REASON = "its layers are of another kind"


def failing(monkeypatch: pytest.MonkeyPatch, variant: str, error: Exception) -> None:
    """Let the route `variant` end in `error` whenever it is trained."""
    run = Plan.run

    def instead(plan: Plan, context: Context) -> Outcome:
        if plan.variant == variant:
            raise error
        return run(plan, context)

    monkeypatch.setattr(routes.Plan, "run", instead)


def fit(place: Path, **settings: Any) -> Any:
    rows = some_rows(60)
    save_model(place / "model", "bert", 2)
    return transferkit.fit(
        {"text": list(rows["text"]), "label": list(rows["label"])},
        model=str(place / "model"),
        offline=True,
        output_dir=place / "run",
        cache_dir=place / "cache",
        **settings,
    )


@pytest.mark.parametrize("folds", [0, 3], ids=["split", "cross-validated"])
def test_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folds: int) -> None:
    failing(monkeypatch, "full", ConfigError(REASON))
    asked = ["feature_transfer", {"full": {"epochs": 1}}, {"fewer_layers": {"epochs": 1, "teachers": ["full"]}}]
    run = fit(tmp_path, routes=asked, folds=folds)
    assert {route.name for route in run.result.routes} == {"baseline", "feature_transfer"}
    skipped = {each.name: each.reason for each in run.result.skipped}
    assert skipped["full"] == REASON and "its teacher full does not run here" in skipped["fewer_layers"]
    assert REASON in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "run" / "models").iterdir()) == ["baseline", "feature_transfer"]


def test_where_no_other_was_asked_for_the_run_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "full", ConfigError(REASON))
    with pytest.raises(ConfigError, match=f"none of the routes asked for can run here: full: {REASON}"):
        fit(tmp_path, routes=["full"], folds=0)


@pytest.mark.parametrize(
    ("variant", "error"), [("baseline", ConfigError(REASON)), ("full", ResourceError("no disk left"))]
)
def test_what_concerns_the_whole_run_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variant: str, error: TransferkitError
) -> None:
    failing(monkeypatch, variant, error)
    with pytest.raises(type(error), match=str(error)):
        fit(tmp_path, routes=["feature_transfer", "full"], folds=0)
