"""A finished run, just made or opened from its folder: `Run`, `transferkit.open` and `transferkit.compare`."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transferkit import locales
from transferkit.artifact import saved_board
from transferkit.errors import ArtifactError, ConfigError, shown
from transferkit.evaluation import leaderboard
from transferkit.evaluation.results import Board, RouteResult, RunResult
from transferkit.places import usable_path
from transferkit.plain_table import WIDTH, as_frame, as_text
from transferkit.table.splits import Finding

if TYPE_CHECKING:
    import pandas as pd

    from transferkit.comparison import Paired
    from transferkit.model import Model


@dataclass(frozen=True, repr=False)
class Run:
    """A finished run: `transferkit.fit` makes one, `transferkit.open` gives it back.

    Printing it shows the table and what it means, and so does a notebook.

    Parameters
    ----------
    folder : Path
        Where report, table and models are.
    board : Board
        What the table is made of: routes with their scores and costs, and what was chosen by what.
    findings : tuple of Finding
        What the audit found in the rows, and what was done about it; printed, each is one sentence.
    result : RunResult or None
        Also the rows and every route's outputs; None where the run was opened from its folder, which keeps neither.
    """

    folder: Path
    board: Board
    findings: tuple[Finding, ...]
    result: RunResult | None = field(default=None, compare=False)

    @property
    def routes(self) -> tuple[RouteResult, ...]:
        """All routes that were trained."""
        return self.board.routes

    @property
    def best(self) -> RouteResult:
        """The best route, chosen by rows that are not those of its scores."""
        return self._route(self.board.choice.best)

    @property
    def cheapest(self) -> RouteResult | None:
        """The fastest route that is shown to be as good as the best, None where the rows are too few to show it."""
        return self._route(self.board.choice.cheapest) if self.board.choice.cheapest else None

    @property
    def verdict(self) -> str:
        """What the table means, in words."""
        return self.board.verdict

    @property
    def report(self) -> Path:
        """The page with table, plots, mistakes and audit."""
        return self.folder / "report.html"

    def leaderboard(self) -> "pd.DataFrame":
        """A row per route, the best one first, with the columns of `leaderboard.csv`. Raises `ConfigError` without
        pandas."""
        return as_frame(leaderboard.table(self.board))

    def model(self, name: str | None = None) -> "Model":
        """The model of the route called `name`, by default the best one's."""
        from transferkit.model import load

        return load(self.folder, name)

    def _route(self, name: str) -> RouteResult:
        return next(route for route in self.routes if route.name == name)

    def __repr__(self) -> str:
        main = self.board.task.main_metric
        return f"Run({str(self.folder)!r}, best={self.best.name!r}, {main}={self.best.scores.metrics[main].value:.3f})"

    def __str__(self) -> str:
        return as_text([leaderboard.render(self.board, WIDTH)]).rstrip()

    def _repr_html_(self) -> str:
        from transferkit.report.board import fragment  # jinja2

        return fragment(self.board, self.report)


def of(result: RunResult) -> Run:
    """The run that was just made."""
    assert result.config.output_dir is not None
    return Run(result.config.output_dir, result, result.splits.audit.findings, result)


def open(folder: str | Path) -> Run:
    """The finished run in `folder`, as `transferkit.fit` gave it.

    Raises `ArtifactError` for a folder without a finished run, or a damaged one.

    >>> run = transferkit.open("runs/trec")  # doctest: +SKIP
    >>> run.leaderboard()                    # doctest: +SKIP
    """
    if not isinstance(folder, str | Path):
        raise ConfigError(f"expected the folder of a run, found {shown(folder)}")
    path = _folder_of(folder)
    board = saved_board.required(path)
    return Run(path, board, board.findings)


def compare(first: Run | str | Path, second: Run | str | Path, *, language: str = "en") -> "Paired":
    """The routes of two finished runs side by side, as `transferkit compare` prints them.

    Where both were evaluated on the same rows, `tests` says by route, and `of_best` of the best of each, how much
    better the second run is and whether a paired test shows that it is not chance.

    Parameters
    ----------
    first, second : Run, str or path
        Two finished runs, or their folders.
    language : {"en", "zh"}, default="en"
        Language in which the comparison is printed.

    Returns
    -------
    paired : Paired

    Raises
    ------
    ArtifactError
        For a folder without a finished run.
    ConfigError
        For runs of two tasks, and for a run and itself.

    Examples
    --------
    >>> transferkit.compare("runs/trec", run).of_best.words  # doctest: +SKIP
    'not significantly different from feature_transfer of trec (p = 0.41)'
    """
    from transferkit.comparison import compared

    say = locales.get(language)
    return replace(compared(_folder_of(first), _folder_of(second)), say=say)


def _folder_of(run: Any) -> Path:
    if isinstance(run, Run):
        return run.folder
    if not isinstance(run, str | Path):
        raise ConfigError(f"expected a run or its folder, found {shown(run)}")
    try:
        return usable_path(run)
    except ValueError as error:
        raise ArtifactError(f"no run in {shown(str(run))}: {error}") from None
