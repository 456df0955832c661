"""The report: one self-contained HTML page that loads nothing from anywhere."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from transferkit.evaluation.leaderboard import significance
from transferkit.evaluation.results import RunResult, p_words
from transferkit.evaluation.verdict import times
from transferkit.report.formats import megabytes, number, percent, score, seconds
from transferkit.report.view import view


def write_report(result: RunResult, path: Path) -> None:
    """Write the page of `result` to `path`. Texts and names of the user are escaped."""
    path.write_text(page(result), encoding="utf-8", errors="replace")


def page(result: RunResult) -> str:
    """The page as text."""
    loader = PackageLoader("transferkit.report")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    filters = (megabytes, number, percent, score, seconds, p_words, times, significance)
    environment.filters.update({function.__name__: function for function in filters})
    return environment.get_template("report.html").render(view=view(result))
