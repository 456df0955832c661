"""What `fit` says at the end of a run, and before one with --dry-run."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from transferkit import locales
from transferkit.errors import printable
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
    lines = [
        (say("report"), f"{folder}/report.html"),
        (say("findings"), say("{count}, listed in the report", count=_counted(result.splits.audit.findings, say))),
        (say("models"), f"{folder}/models"),
        (say("next"), f"transferkit predict {shlex.quote(str(folder))} FILE"),
    ]
    out.print()
    _print_pairs(out, lines, 3)


def print_overview(out: Console, overview: "Overview", say: locales.Say) -> None:
    """What was read and as what, a line each, and what is odd."""
    _print_pairs(out, overview.told(say), 2)
    _print_findings(out, overview.findings, say)


def print_estimate(out: Console, estimate: "Estimate", say: locales.Say) -> None:
    """Rows, audit, and what every route would take."""
    about = [*estimate.overview.told(say), (say("rows"), estimate.splits.told(say))]
    for model in estimate.models:
        fields = {"name": model.name, "longest": model.max_length, "tokens": f"{model.tokens:,}"}
        words = say("{name}, window {longest} tokens, {tokens} tokens in all rows", **fields)
        about.append((say("model"), words))
    _print_pairs(out, about, 2)
    _print_findings(out, estimate.findings, say)
    out.print()
    titles = (say("route"), say("time"), say("memory"), say("options"))
    out.print(plain_table(titles, [_estimate_row(route, say) for route in estimate.routes], left=4))
    for route in estimate.routes:
        if route.note:
            _say(out, say.language.COLON.join([route.title, say.found(route.note)]))
    for skipped in estimate.skipped:
        reason = say.found(skipped.reason)
        _say(out, say("{route} would be skipped: {reason}", route=skipped.name, reason=reason))
    low, high = (seconds(sum(getattr(route, side) for route in estimate.routes), say) for side in ("low", "high"))
    out.print()
    whole = "all routes together {low} to {high}, including evaluation; calibrated on this machine just now"
    _say(out, say(whole, low=low, high=high))
    if estimate.busy:
        _say(out, say("this machine is busy with other work now; left alone it would take less"))
    _say(out, say("nothing was trained and no run folder was made"))


def print_scores(out: Console, scores: "Scores", say: locales.Say) -> None:
    """What is odd about the rows, every metric with its interval, then every class."""
    from transferkit.evaluation import score_tables

    for part in score_tables.parts(scores, say):
        out.print(part, soft_wrap=isinstance(part, Text))


def _counted(findings: "tuple[Finding, ...]", say: locales.Say) -> str:
    """2 warnings and 3 notes."""
    warnings = sum(finding.severity == "warning" for finding in findings)
    counts = ((warnings, "{n} warning", "{n} warnings"), (len(findings) - warnings, "{n} note", "{n} notes"))
    return say.listed(say.count(count, one, many) for count, one, many in counts if count) or say("none")


def seconds(value: float, say: locales.Say) -> str:
    """8 s, 3 min, 2.5 h."""
    if value < 90:
        return say("{n} s", n=f"{value:.0f}")
    return say("{n} min", n=f"{value / 60:.0f}") if value < 5400 else say("{n} h", n=f"{value / 3600:.1f}")


def _estimate_row(route: "RouteEstimate", say: locales.Say) -> tuple[str, ...]:
    options = ", ".join(f"{name}={_option(value)}" for name, value in route.options.items())
    time = say("{low} to {high}", low=seconds(route.low, say), high=seconds(route.high, say))
    return (route.title, time, f"{route.bytes / 2**30:.1f} GB", options)


def _option(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(_option, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _print_pairs(out: Console, pairs: Sequence[tuple[str, str]], gap: int) -> None:
    """A name and what is said of it in a line, one below the other."""
    width = max(cell_len(name) for name, _ in pairs)
    for name, words in pairs:
        _say(out, f"{padded(name, width)}{' ' * gap}{words}")


def _print_findings(out: Console, findings: "tuple[Finding, ...]", say: locales.Say) -> None:
    for finding in findings:
        _say(out, f"{'!' if finding.severity == 'warning' else '-'} {finding.told(say)}")


def _say(out: Console, words: str) -> None:
    """Print data as it is: brackets are no markup, and lines are not broken for a pipe."""
    out.print(Text(printable(words)), soft_wrap=True)
