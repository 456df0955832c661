"""The report: one self-contained HTML page that loads nothing from anywhere."""

from pathlib import Path

from transferkit import locales
from transferkit.evaluation.results import RunResult
from transferkit.report.templating import environment
from transferkit.report.view import view


def write_report(result: RunResult, path: Path) -> None:
    """Write the page of `result` to `path`. Texts and names of the user are escaped."""
    path.write_text(page(result), encoding="utf-8", errors="replace")


def page(result: RunResult) -> str:
    """The page as text, in the language that the run asks for."""
    say = locales.get(result.config.language)
    return environment(say).get_template("report.html").render(view=view(result, say))
