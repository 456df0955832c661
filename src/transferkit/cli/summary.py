"""What `fit` says at the end of a run, and before one with --dry-run."""

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from transferkit import locales
from transferkit.plain_table import padded, plain_table

if TYPE_CHECKING:
    from transferkit.estimate import Estimate, RouteEstimate
    from transferkit.evaluation.results import RunResult, Scores
    from transferkit.table.splits import Finding, Overview


def print_result(out: Console, result: "RunResult") -> None:
    """The table and verdict, what was skipped, and where everything is."""
    from transferkit.evaluation.leaderboard import render

    say = locales.get(result.config.language)
    if result.naive:
        claim = result.naive
        words = say(
            "a random split that ignores duplicates would have claimed {claimed} for the baseline "
            "({leaked} of its test rows also appear in train); on rows that do not, it scores {true}",
            claimed=f"{claim.claimed:.3f}",
            leaked=f"{claim.leaked:.1%}",
            true=f"{claim.true:.3f}",
        )
        _say(out, words)
    out.print()
    out.print(render(result, out.width))
    for skipped in result.skipped:
        _say(out, say("{route} was skipped: {reason}", route=skipped.name, reason=say.found(skipped.reason)))
    folder = result.config.output_dir
    lines = {
        say("report"): f"{folder}/report.html",
        say("findings"): say("{count}, listed in the report", count=_counted(result.splits.audit.findings, say)),
        say("models"): f"{folder}/models",
        say("next"): f"transferkit predict {shlex.quote(str(folder))} FILE",
    }
    width = max(map(cell_len, lines))
    out.print()
    for name, words in lines.items():
        _say(out, f"{padded(name, width)}   {words}")


def print_overview(out: Console, overview: "Overview") -> None:
    """What was read and as what, a line each, and what is odd."""
    width = max(cell_len(name) for name, _ in overview.facts)
    for name, words in overview.facts:
        _say(out, f"{padded(name, width)}  {words}")
    _print_findings(out, overview.findings)


def print_estimate(out: Console, estimate: "Estimate") -> None:
    """Rows, audit, and what every route would take."""
    print_overview(out, replace(estimate.overview, findings=()))
    _say(out, f"rows     {estimate.rows}")
    for model in estimate.models:
        _say(out, f"model    {model.name}, window {model.max_length} tokens, {model.tokens:,} tokens in all rows")
    _print_findings(out, estimate.findings)
    out.print()
    out.print(
        plain_table(("route", "time", "memory", "options"), [_estimate_row(route) for route in estimate.routes], left=4)
    )
    for route in estimate.routes:
        if route.note:
            _say(out, f"{route.title}: {route.note}")
    for skipped in estimate.skipped:
        _say(out, f"{skipped.name} would be skipped: {skipped.reason}")
    low, high = (seconds(sum(getattr(route, side) for route in estimate.routes)) for side in ("low", "high"))
    out.print()
    _say(out, f"all routes together {low} to {high}, including evaluation; calibrated on this machine just now")
    if estimate.busy:
        _say(out, "this machine is busy with other work now; left alone it would take less")
    _say(out, "nothing was trained and no run folder was made")


def print_scores(out: Console, scores: "Scores") -> None:
    """What is odd about the rows, every metric with its interval, then every class."""
    from transferkit.evaluation import score_tables

    for part in score_tables.parts(scores):
        out.print(part, soft_wrap=isinstance(part, Text))


def _counted(findings: "tuple[Finding, ...]", say: locales.Say) -> str:
    """2 warnings and 3 notes."""
    warnings = sum(finding.severity == "warning" for finding in findings)
    counts = ((warnings, "{n} warning", "{n} warnings"), (len(findings) - warnings, "{n} note", "{n} notes"))
    return say.listed(say.count(count, one, many) for count, one, many in counts if count) or say("none")


def seconds(value: float) -> str:
    """8 s, 3 min, 2.5 h."""
    if value < 90:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 5400 else f"{value / 3600:.1f} h"


def _estimate_row(route: "RouteEstimate") -> tuple[str, ...]:
    options = ", ".join(f"{name}={_option(value)}" for name, value in route.options.items())
    return (route.title, f"{seconds(route.low)} to {seconds(route.high)}", f"{route.bytes / 2**30:.1f} GB", options)


def _option(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(_option, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _print_findings(out: Console, findings: "tuple[Finding, ...]") -> None:
    for finding in findings:
        _say(out, f"{'!' if finding.severity == 'warning' else '-'} {finding}")


def _say(out: Console, words: str) -> None:
    """Print data as it is: brackets are no markup, and lines are not broken for a pipe."""
    out.print(Text(words), soft_wrap=True)
